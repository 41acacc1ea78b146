/* SPDX-License-Identifier: GPL-2.0-only */
/* A program has none of what a kernel's headers may offer. */
