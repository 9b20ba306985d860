"""Secrets stay in the memory of this process: no core dump, no look from outside, no environment.

Linux only; elsewhere (a developer's machine) only the environment is cleaned.
"""

import ctypes
import logging
import os
import resource
import sys
from collections.abc import Iterable, MutableMapping
from typing import Final

log: Final = logging.getLogger("kiosk")

_PR_SET_DUMPABLE: Final = 4  # include/uapi/linux/prctl.h


def harden_process() -> None:
    """No core dump for this process and its children; /proc/PID is for root alone from now on."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            log.warning("core dumps stay possible: %s", os.strerror(ctypes.get_errno()))


def remove_from_environment(
    names: Iterable[str], environ: MutableMapping[str, str] = os.environ
) -> None:
    """Take secrets out of the environment once they are read.

    The block that /proc/PID/environ shows is overwritten too: `unsetenv` only forgets it. No child
    inherits them. Call it before there are threads.
    """
    libc = ctypes.CDLL(None)
    libc.getenv.restype = ctypes.c_void_p
    for name in names:
        if name not in environ:
            continue
        place = libc.getenv(name.encode()) if environ is os.environ else None
        if place is not None:
            ctypes.memset(place, ord("*"), len(ctypes.string_at(place)))
        del environ[name]
