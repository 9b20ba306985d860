"""What a value must look like; a ValueError's text is the sentence that the merchant reads."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import tzinfo
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any, Final, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from kiosk.sale.letters import LONGEST_SHOP_NAME
from kiosk.sale.tax import TaxRate
from kiosk.settings.secret import Secret

DATA_FOLDER: Final = PurePosixPath("/var/lib/kiosk")  # all that the service may write to

_UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_KEY: Final = re.compile(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)+")
# Blink's Username scalar. A phone number is accepted there too, and asking for one that has no
# account creates it: so never a phone number here.
_USERNAME: Final = re.compile(r"(?!^(1|3|_|bc1|lnbc1))(?=.*[a-z])[0-9a-z_]{3,50}")
_URL: Final = re.compile(r"[!-~]+")
MOST_TAXES: Final = 6


def api_key(text: str) -> Secret:
    """A key of Blink."""
    if not _KEY.fullmatch(text):
        raise ValueError("is not an API key of Blink: it looks like blink_ and letters and digits")
    return Secret(text)


def wallet_id(text: str) -> str:
    """A wallet of Blink."""
    if not _UUID.fullmatch(text.lower()):
        raise ValueError("is not a wallet id: it looks like 01234567-89ab-4cde-8f01-23456789abcd")
    return text.lower()


def username(text: str) -> str:
    """A Blink user name, with or without `@blink.sv`."""
    if text.lstrip("+").isdigit():
        raise ValueError("is a phone number; give the Blink user name")
    name = text.lower().removesuffix("@blink.sv")
    if not _USERNAME.fullmatch(name):
        raise ValueError("is not a Blink user name: 3 to 50 of a-z, 0-9 and _, with a letter")
    return name


def url(secure: str, plain: str) -> Callable[[str], str]:
    """An address of a `secure` scheme, or of a `plain` one on this machine itself."""

    def parse(text: str) -> str:
        # urlsplit() takes blanks away, and reads dots of other alphabets as host names do.
        if not _URL.fullmatch(text):
            raise ValueError("must be an address in plain letters, without blanks")
        parts = urlsplit(text)
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("has a port that is no number up to 65535") from None
        if parts.username or parts.password:
            raise ValueError("must not hold a user name or password")
        if parts.scheme == secure and parts.hostname:
            return text
        if parts.scheme == plain and parts.hostname and _is_loopback(parts.hostname):
            return text
        raise ValueError(f"must begin with {secure}:// ({plain}:// only to this machine itself)")

    return parse


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    from ipaddress import ip_address  # for plain http alone, which no till in a shop has

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def meant(text: str, choices: Iterable[str]) -> str:
    """The nearest of the values that would be right, as the end of a sentence; it may be empty."""
    from difflib import get_close_matches  # for a mistake alone: no till in a shop needs it

    near = get_close_matches(text, choices, n=1)
    return f"; did you mean {near[0]}?" if near else ""


class OneOf:
    """One word of several, in any case."""

    def __init__(self, *choices: str) -> None:
        self.choices = choices

    def __call__(self, text: str) -> str:
        """The word in lower case.

        Raises:
            ValueError: it is none of them.
        """
        if text.lower() not in self.choices:
            near = meant(text.lower(), self.choices)
            raise ValueError(f"must be one of {', '.join(self.choices)}{near}")
        return text.lower()


def one_of(*choices: str) -> OneOf:
    """One word of several, in any case."""
    return OneOf(*choices)


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number, the bounds included."""

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return parse


def currencies(text: str) -> tuple[str, ...]:
    """Codes with commas between, each once."""
    codes = tuple(dict.fromkeys(part.strip().upper() for part in text.split(",") if part.strip()))
    if not codes or not all(re.fullmatch(r"[A-Z]{3,4}", code) for code in codes):
        raise ValueError("must be currency codes like USD or EUR, or SAT, with commas between")
    return codes


def kiosk_id(text: str) -> str:
    """What stands in memos."""
    if not re.fullmatch(r"[a-z0-9-]{1,20}", text):
        raise ValueError("must be 1 to 20 of a-z, 0-9 and -")
    return text


def gpio(text: str) -> Literal["auto", "on", "off"]:
    """Whether the header's pins are used."""
    match text.lower():
        case "auto" | "on" | "off" as mode:
            return mode
    raise ValueError(f"must be one of auto, on, off{meant(text.lower(), ('auto', 'on', 'off'))}")


def screen(text: str) -> tuple[int, int] | None:
    """A window's size; None is fullscreen."""
    if text.lower() == "fullscreen":
        return None
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text.lower())
    if match is None or min(int(match[1]), int(match[2])) < 240:
        raise ValueError("must be fullscreen or a size like 800x480")
    return int(match[1]), int(match[2])


def pin(text: str) -> int:
    """A BCM pin of the header."""
    return number(0, 27)(text)


def pins(text: str) -> tuple[int, ...]:
    """BCM pins with commas between, each once."""
    pins = tuple(pin(part.strip()) for part in text.split(","))
    if len(set(pins)) != len(pins):
        raise ValueError("names a pin twice")
    return pins


def manager_pin(text: str) -> Secret:
    """The hash of the PIN, from its digits or from the hash itself."""
    from kiosk.sale import pin  # brings OpenSSL, and the first picture must not wait for it

    if not pin.is_hash(text) and not pin.is_good(text):
        raise ValueError("must be 4 to 12 digits")
    return Secret(pin.kept(text))


def kept_pin(text: str) -> str:
    """What may be kept of the PIN."""
    from kiosk.sale import pin  # brings OpenSSL, and the first picture must not wait for it

    return pin.kept(text)


def timezone(text: str) -> tzinfo:
    """A zone of the tz database."""
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = meant(text, available_timezones())
        raise ValueError(
            "is no time zone known here: a name like America/El_Salvador, from Debian's tzdata"
            f"{near}"
        ) from None


def shop_name(text: str) -> str:
    """What stands on the screen."""
    if len(text) > LONGEST_SHOP_NAME or not text.isprintable():
        raise ValueError(f"must be one line of at most {LONGEST_SHOP_NAME} characters")
    return text


def audio_device(text: str) -> str:
    """An ALSA device."""
    if not re.fullmatch(r"[A-Za-z0-9_.,:=-]{1,64}", text):
        raise ValueError("must be a name that `aplay -L` lists, like plughw:CARD=Device")
    return text


def tips(text: str) -> tuple[int, ...]:
    """Up to four percentages."""
    tips = tuple(number(1, 100)(part.strip().rstrip("%")) for part in text.split(","))
    if len(tips) > 4:
        raise ValueError("takes at most four percentages")
    return tips


def several_of(*choices: str) -> Callable[[str], tuple[str, ...]]:
    """Words out of a few, each once, with commas between."""

    def parse(text: str) -> tuple[str, ...]:
        words = tuple(one_of(*choices)(part.strip()) for part in text.split(","))
        return tuple(dict.fromkeys(words))

    return parse


def taxes(text: str) -> tuple[TaxRate, ...]:
    """Up to six tax rates, each a name and a percentage with at most two decimals."""
    rates = tuple(_tax_rate(part.strip()) for part in text.split(","))
    if len(rates) > MOST_TAXES:
        raise ValueError(f"takes at most {MOST_TAXES} rates")
    if len({rate.name for rate in rates}) < len(rates):
        raise ValueError("names a rate twice")
    return rates


def _tax_rate(text: str) -> TaxRate:
    match = re.fullmatch(r"([^\d\s,;][^,;]{0,19}?)\s+(\d{1,2})(?:\.(\d{1,2}))?\s*%?", text)
    if match is None or not match[1].isprintable():
        raise ValueError("must be names with percentages, like VAT 19, reduced 7.5")
    return TaxRate(match[1], int(match[2]) * 100 + int((match[3] or "").ljust(2, "0")))


def on_or_off(text: str) -> bool:
    """A switch."""
    return one_of("on", "off")(text) == "on"


def quarter_turns(text: str) -> int:
    """Degrees of a turn that leaves a picture upright or on a side."""
    return int(one_of("0", "90", "180", "270")(text))


def in_data_folder(text: str) -> None:
    """A file where the service may write: no place that root or the till could harm."""
    file = PurePosixPath(text)
    if ".." in file.parts or DATA_FOLDER not in file.parents:
        raise ValueError(f"must be a file in {DATA_FOLDER}")


_FEW: Final[Mapping[Callable[[str], Any], tuple[str, ...]]] = MappingProxyType(
    {
        gpio: ("auto", "on", "off"),
        on_or_off: ("on", "off"),
        quarter_turns: ("0", "90", "180", "270"),
    }
)


def choices_of(parse: Callable[[str], Any]) -> tuple[str, ...]:
    """All texts that a reader takes, where they are few; else nothing."""
    return parse.choices if isinstance(parse, OneOf) else _FEW.get(parse, ())
