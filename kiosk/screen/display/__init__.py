"""The display itself: window, touch, keyboard, backlight, screensaver."""
