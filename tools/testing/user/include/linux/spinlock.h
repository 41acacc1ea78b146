/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SPINLOCK_H
#define _SHIM_LINUX_SPINLOCK_H

#include <linux/mutex.h>

#define DEFINE_RAW_SPINLOCK(name)	DEFINE_MUTEX(name)
#define raw_spin_lock(l)		mutex_lock(l)
#define raw_spin_trylock(l)		mutex_trylock(l)
#define raw_spin_unlock(l)		mutex_unlock(l)

#endif
