/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_GFP_H
#define _SHIM_LINUX_GFP_H

#define GFP_KERNEL		0x01u
#define GFP_ATOMIC		0x02u
#define GFP_NOWAIT		0x04u
#define __GFP_ZERO		0x08u
#define __GFP_NOWARN		0x10u

#endif
