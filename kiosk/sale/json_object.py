"""What another process of this box has written, read as one JSON object within a bound."""

import json
import re
from typing import Any, Final

# Says which request an answer is to.
TOKEN: Final = re.compile(r"[0-9a-f]{32}")


def read_object(text: str | bytes, most_bytes: int) -> dict[str, Any]:
    """The object that is written in `text`.

    Raises:
        ValueError: it is none, or longer than `most_bytes`. The sentence holds nothing of it.
    """
    size = len(text if isinstance(text, bytes) else text.encode(errors="replace"))
    if size > most_bytes:
        raise ValueError("too long")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(data, dict):
        raise ValueError("not an object")  # noqa: TRY004 - what is read is wrong, not the caller
    return data


def matches(pattern: re.Pattern[str], value: object) -> bool:
    """Whether a value is a text of this pattern."""
    return isinstance(value, str) and pattern.fullmatch(value) is not None
