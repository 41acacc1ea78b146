/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MUTEX_H
#define _SHIM_LINUX_MUTEX_H

#include <pthread.h>

struct mutex {
	pthread_mutex_t lock;
};

struct lock_class_key {
};

#define DEFINE_MUTEX(name)	struct mutex name = { PTHREAD_MUTEX_INITIALIZER }
#define mutex_init(m)		pthread_mutex_init(&(m)->lock, NULL)
#define __mutex_init(m, name, key) ((void)(name), (void)(key), mutex_init(m))
#define mutex_destroy(m)	pthread_mutex_destroy(&(m)->lock)
#define mutex_lock(m)		pthread_mutex_lock(&(m)->lock)
#define mutex_lock_nested(m, n)	mutex_lock(m)
#define mutex_trylock(m)	(!pthread_mutex_trylock(&(m)->lock))
#define mutex_unlock(m)		pthread_mutex_unlock(&(m)->lock)
#define mutex_is_locked(m)	(!mutex_trylock(m) || mutex_unlock(m))
#define lockdep_is_held(m)	((void)(m), 1)
#define lockdep_assert_held(m)	((void)(m))
#define lockdep_register_key(key) ((void)(key))
#define lockdep_unregister_key(key) ((void)(key))

#endif
