"""Which release this is."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

UNKNOWN: Final = "unknown"


def release() -> str:
    """The version that is installed; `unknown` where the program is run without being installed."""
    try:
        return version("blink-kiosk")
    except PackageNotFoundError:
        return UNKNOWN
