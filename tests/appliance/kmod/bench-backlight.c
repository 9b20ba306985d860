// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A backlight without a panel: /sys/class/backlight/bench, as a DSI display's driver makes one.
 * QEMU's displays have none.
 */
#include <linux/backlight.h>
#include <linux/err.h>
#include <linux/module.h>

static struct backlight_device *backlight;

static int keep(struct backlight_device *device)
{
	return 0; /* the value is what is looked at; nothing shines */
}

static const struct backlight_ops operations = { .update_status = keep };

static int __init bench_backlight_init(void)
{
	const struct backlight_properties properties = {
		.type = BACKLIGHT_RAW,
		.max_brightness = 255,
		.brightness = 255,
	};

	backlight = backlight_device_register("bench", NULL, NULL, &operations, &properties);
	return PTR_ERR_OR_ZERO(backlight);
}

static void __exit bench_backlight_exit(void)
{
	backlight_device_unregister(backlight);
}

module_init(bench_backlight_init);
module_exit(bench_backlight_exit);
MODULE_DESCRIPTION("A backlight without a panel");
MODULE_LICENSE("GPL");
