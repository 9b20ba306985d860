"""The system around the program: systemd, power, Wi-Fi, a USB stick, the kernel.

The only package that talks to them. Off an appliance each of them says that it is not there, and
nothing else happens.
"""
