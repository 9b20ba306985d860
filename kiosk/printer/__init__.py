"""The receipt printer: dots as ESC/POS commands, the ways to it, and one thread that sends.

`Printer` is the door; `escpos` the bytes; `links` the kernel's device and the network.
"""
