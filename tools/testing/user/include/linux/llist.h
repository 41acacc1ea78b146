/* SPDX-License-Identifier: GPL-2.0-only */
/* Lists to which anybody adds, and from which one thread at a time takes. */
#ifndef _SHIM_LINUX_LLIST_H
#define _SHIM_LINUX_LLIST_H

#include <linux/kernel.h>

struct llist_node {
	struct llist_node *next;
};

struct llist_head {
	struct llist_node *first;
};

#define LLIST_HEAD(name)	struct llist_head name = { NULL }
#define llist_entry(node, type, member) container_of(node, type, member)

static inline void init_llist_head(struct llist_head *head)
{
	head->first = NULL;
}

static inline bool llist_add(struct llist_node *node, struct llist_head *head)
{
	struct llist_node *first = __atomic_load_n(&head->first, __ATOMIC_RELAXED);

	do {
		__atomic_store_n(&node->next, first, __ATOMIC_RELAXED);
	} while (!__atomic_compare_exchange_n(&head->first, &first, node, false,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
	return !first;
}

static inline struct llist_node *llist_del_first(struct llist_head *head)
{
	struct llist_node *first = __atomic_load_n(&head->first, __ATOMIC_ACQUIRE);

	while (first && !__atomic_compare_exchange_n(&head->first, &first,
						     __atomic_load_n(&first->next, __ATOMIC_RELAXED),
						     false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		;
	return first;
}

#endif
