"""Wrong PINs are counted for each PIN apart, so that nobody's right one resets another's count."""

from dataclasses import dataclass
from typing import Final

MANAGER: Final = ""  # whose PIN it is; a cashier's has the code of the cashier


@dataclass(frozen=True, slots=True)
class PinTries:
    """How often in a row somebody's PIN was wrong, and until when it is not tried, monotonic."""

    wrong: int = 0
    locked_until_s: float = 0.0
