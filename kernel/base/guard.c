// SPDX-License-Identifier: GPL-2.0-only
/* The recursion guard's memory. */
#include "base/base.h"

DEFINE_PER_CPU(struct otr_guard, otr_guard);
