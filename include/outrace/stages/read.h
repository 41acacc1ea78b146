/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * End of a stage: read the header. What the stage gave no meaning has none, and
 * the next stage starts from nothing.
 */
#ifndef OTR_CLASS
#define OTR_CLASS(call, proto, args, members, assign, print)
#endif
#ifndef OTR_EVENT
#define OTR_EVENT(class, name, proto)
#endif
#ifndef OTR_EVENT_PRINT
#define OTR_EVENT_PRINT(class, name, proto, print)	OTR_EVENT(class, name, PARAMS(proto))
#endif
#ifndef OTR_SCALAR
#define OTR_SCALAR(type, item, sign, filter)
#endif
#ifndef OTR_ARRAY
#define OTR_ARRAY(type, item, nr)
#endif
#ifndef OTR_BEHIND
#define OTR_BEHIND(where, type, item, shown, sign, nr, src)
#endif
#ifndef OTR_BEHIND_ARRAY
#define OTR_BEHIND_ARRAY(where, type, item, nr)					\
	OTR_BEHIND(where, type, item, type[], is_signed_type(type), nr, NULL)
#endif
#ifndef OTR_ENUM
#define OTR_ENUM(text, number)
#endif

#include OTR_HEADER

#undef OTR_CLASS
#undef OTR_EVENT
#undef OTR_EVENT_PRINT
#undef OTR_SCALAR
#undef OTR_ARRAY
#undef OTR_BEHIND
#undef OTR_BEHIND_ARRAY
#undef OTR_ENUM
