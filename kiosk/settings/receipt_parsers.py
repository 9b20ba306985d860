"""What the settings of receipts must look like; see `parsers`."""

import re
from typing import Final
from urllib.parse import urlsplit

SEPARATOR: Final = "|"  # between lines
MOST_LINES: Final = 8
MOST_IN_LINE: Final = 60

_PLAIN: Final = re.compile(r"[!-~]+")
_DEVICE: Final = re.compile(r"/dev/(usb/)?[A-Za-z0-9_-]+")


class PrintedLines(tuple[str, ...]):
    """Lines of a receipt; as a setting they are written with `|` between."""

    __slots__ = ()


def printed_line(text: str) -> str:
    """A line on receipts."""
    if len(text) > MOST_IN_LINE or not text.isprintable():
        raise ValueError(f"must be one line of at most {MOST_IN_LINE} characters")
    return text


def printed_lines(text: str) -> PrintedLines:
    """A few lines on receipts."""
    lines = PrintedLines(printed_line(line.strip()) for line in text.split(SEPARATOR))
    if len(lines) > MOST_LINES:
        raise ValueError(f"takes at most {MOST_LINES} lines, with | between")
    return lines


def printer(text: str) -> str:
    """The kernel's device of a printer, or a port in the network."""
    if not _DEVICE.fullmatch(text) and not _is_network_port(text):
        raise ValueError("must be a device like /dev/usb/lp0, or like tcp://192.168.1.50:9100")
    return text


def _is_network_port(text: str) -> bool:
    if not text.startswith("tcp://") or not _PLAIN.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # of brackets, or of a port that is no number up to 65535
        return False
    more = "@" in parts.netloc or parts.path or parts.query or parts.fragment
    return bool(parts.hostname and port and not more)
