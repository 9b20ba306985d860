"""How this program starts a process of its own for what may hang, or use all the memory."""

import os
import sys
from collections.abc import Mapping


def command(*words: str) -> list[str]:
    """The command line of a Python like this one; `words` are `-m MODULE ARGUMENT...`."""
    isolated = ["-I"] if sys.flags.isolated else []
    return [sys.executable, *isolated, "-B", *words]


def environment(base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Its environment: pygame prints nothing into what the process answers."""
    return {**base, "PYGAME_HIDE_SUPPORT_PROMPT": "1"}
