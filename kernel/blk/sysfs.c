// SPDX-License-Identifier: GPL-2.0-only
/* The directory "trace" of every disk and partition in sysfs. */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "blk/internal.h"
#include "host/host.h"

static const char *const sysfs_categories[] = {
	"read", "write", "flush", "sync", "queue", "requeue", "issue", "complete",
	"fs", "pc", "notify", "ahead", "meta", "discard", "drv_data", "fua",
};

/* Names of categories, with commas between them. */
static int sysfs_read_mask(const char *text, u64 *mask)
{
	char *copy __free(kfree) = kstrdup(text, GFP_KERNEL);
	char *rest = copy, *name;
	unsigned int i;

	if (!copy)
		return -ENOMEM;
	rest = strstrip(rest);
	*mask = 0;
	while ((name = strsep(&rest, ","))) {
		if (!*name)
			continue;
		for (i = 0; i < ARRAY_SIZE(sysfs_categories); i++)
			if (!strcasecmp(name, sysfs_categories[i]))
				break;
		if (i == ARRAY_SIZE(sysfs_categories))
			return -EINVAL;
		*mask |= BIT_ULL(i);
	}
	return 0;
}

static ssize_t sysfs_show_mask(unsigned long mask, char *buf)
{
	ssize_t len = 0;
	unsigned int i;

	for_each_set_bit(i, &mask, ARRAY_SIZE(sysfs_categories))
		len += sysfs_emit_at(buf, len, "%s%s", len ? "," : "", sysfs_categories[i]);
	return len + sysfs_emit_at(buf, len, "\n");
}

enum sysfs_file {
	SYSFS_ENABLE,
	SYSFS_ACT_MASK,
	SYSFS_PID,
	SYSFS_START_LBA,
	SYSFS_END_LBA,
};

static ssize_t sysfs_show(struct device *dev, struct device_attribute *attr, char *buf);
static ssize_t sysfs_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t len);

#define SYSFS_FILE(file)	__ATTR(file, 0644, sysfs_show, sysfs_store)

static struct device_attribute sysfs_files[] = {
	[SYSFS_ENABLE]		= SYSFS_FILE(enable),
	[SYSFS_ACT_MASK]	= SYSFS_FILE(act_mask),
	[SYSFS_PID]		= SYSFS_FILE(pid),
	[SYSFS_START_LBA]	= SYSFS_FILE(start_lba),
	[SYSFS_END_LBA]		= SYSFS_FILE(end_lba),
};

static ssize_t sysfs_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct request_queue *queue = bdev_get_queue(dev_to_bdev(dev));
	enum sysfs_file file = attr - sysfs_files;
	const struct otr_blk *blk;

	guard(mutex)(&queue->debugfs_mutex);
	blk = otr_blk_find(queue);
	if (file == SYSFS_ENABLE)
		return sysfs_emit(buf, "%u\n", !!blk);
	if (!blk)
		return sysfs_emit(buf, "disabled\n");
	switch (file) {
	case SYSFS_ACT_MASK:
		return sysfs_show_mask(blk->act_mask, buf);
	case SYSFS_PID:
		return sysfs_emit(buf, "%u\n", blk->pid);
	case SYSFS_START_LBA:
		return sysfs_emit(buf, "%llu\n", blk->start_lba);
	default:
		return sysfs_emit(buf, "%llu\n", blk->end_lba);
	}
}

static void sysfs_change(struct otr_blk *blk, enum sysfs_file file, u64 value)
{
	switch (file) {
	case SYSFS_ACT_MASK:
		WRITE_ONCE(blk->act_mask, value);
		break;
	case SYSFS_PID:
		WRITE_ONCE(blk->pid, value);
		break;
	case SYSFS_START_LBA:
		WRITE_ONCE(blk->start_lba, value);
		break;
	default:
		WRITE_ONCE(blk->end_lba, value);
		break;
	}
}

/* To say what is of interest is to say that something is. */
static int sysfs_set(struct block_device *bdev, enum sysfs_file file, u64 value)
{
	struct request_queue *queue = bdev_get_queue(bdev);
	bool is = otr_blk_find(queue), shall = file != SYSFS_ENABLE || value;
	int err = 0;

	if (shall && !is)
		err = otr_blk_create(bdev, NULL);
	else if (!shall && is)
		err = otr_blk_end(queue);
	if (!err && file != SYSFS_ENABLE)
		sysfs_change(otr_blk_find(queue), file, value);
	return err;
}

static ssize_t sysfs_store(struct device *dev, struct device_attribute *attr, const char *buf,
			   size_t len)
{
	struct block_device *bdev = dev_to_bdev(dev);
	enum sysfs_file file = attr - sysfs_files;
	u64 value;
	int err;

	if (!len)
		return -EINVAL;
	err = kstrtoull(buf, 0, &value) ? -EINVAL : 0;
	if (err && file == SYSFS_ACT_MASK)
		err = sysfs_read_mask(buf, &value);
	if (err)
		return err;
	guard(mutex)(&bdev_get_queue(bdev)->debugfs_mutex);
	return sysfs_set(bdev, file, value) ?: len;
}

static struct attribute *sysfs_attrs[] = {
	&sysfs_files[SYSFS_ENABLE].attr,
	&sysfs_files[SYSFS_ACT_MASK].attr,
	&sysfs_files[SYSFS_PID].attr,
	&sysfs_files[SYSFS_START_LBA].attr,
	&sysfs_files[SYSFS_END_LBA].attr,
	NULL
};

static const struct attribute_group sysfs_group = {
	.name	= "trace",
	.attrs	= sysfs_attrs,
};

static int sysfs_disk_came(struct device *dev)
{
	int err = sysfs_create_group(&dev->kobj, &sysfs_group);

	if (err)
		dev_warn(dev, "no files for tracing: %pe\n", ERR_PTR(err));
	return 0;
}

/*
 * What is traced of a disk ends with it, or with us, and what began at a partition's files
 * with the partition.
 */
static void sysfs_disk_goes(struct device *dev)
{
	struct block_device *bdev = dev_to_bdev(dev);
	struct request_queue *queue = bdev_get_queue(bdev);
	const struct otr_blk *blk;

	/* Waits for readers and writers of the files, so not under the mutex. */
	sysfs_remove_group(&dev->kobj, &sysfs_group);
	guard(mutex)(&queue->debugfs_mutex);
	blk = otr_blk_find(queue);
	if (blk && (!bdev_is_partition(bdev) || blk->dev == bdev->bd_dev))
		otr_blk_end(queue);
}

static struct class_interface sysfs_disks = {
	.add_dev	= sysfs_disk_came,
	.remove_dev	= sysfs_disk_goes,
};

/**
 * otr_blk_sysfs_init - have the files for disks that are there, and those that come
 *
 * Context: module load.
 * Return: 0; -ENOENT when the kernel does not say which devices are disks; -ENOMEM.
 */
int otr_blk_sysfs_init(void)
{
	sysfs_disks.class = (const struct class *)otr_host_address("block_class");
	return sysfs_disks.class ? class_interface_register(&sysfs_disks) : -ENOENT;
}

/**
 * otr_blk_sysfs_exit - the counterpart of otr_blk_sysfs_init()
 *
 * Context: module unload; no disk is traced any more on return.
 */
void otr_blk_sysfs_exit(void)
{
	class_interface_unregister(&sysfs_disks);
}
