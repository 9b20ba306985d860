"""Settings from the boot partition: read, checked, moved in, wiped there. Runs as root at boot.

The only package that writes outside the kiosk's own folders.
"""
