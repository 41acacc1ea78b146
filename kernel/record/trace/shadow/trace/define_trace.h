/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In place of the kernel's file of this name, for objects that make events: the
 * kernel has its tracepoints, but parts of its headers are only there where
 * CREATE_TRACE_POINTS is defined.
 */
