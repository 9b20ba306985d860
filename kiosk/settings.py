"""Settings: environment, `.env`, systemd credentials -> one frozen `Settings`.

Every mistake is reported at once, one line each, by the setting's name, and never with a secret.
The names, meanings and defaults are the README's; `SETTINGS` is the list both are checked against.
"""

import os
import re
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import Final, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kiosk.clock import system_zone
from kiosk.settings_file import FileRefused, SettingsFile, parse, read_file

LANGUAGES: Final = ("en", "es", "de", "fr", "pt", "it", "he", "ja")
MOST_SAT: Final = 10_000_000_000_000  # Blink's SatAmount
SECRETS: Final = ("BLINKPOS_API_KEY", "MERCHANT_API_KEY", "KIOSK_PIN")
# The PIN's hash, in a file of its own: an older release that an update went back to knows digits
# alone, and would refuse all the settings over it.
PIN_CREDENTIAL: Final = "KIOSK_PIN_HASH"
SETTINGS_CREDENTIAL: Final = "kiosk.env"  # the whole file, as systemd passes it on

_UUID: Final = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
)
_KEY: Final = re.compile(r"[A-Za-z0-9]+(_[A-Za-z0-9]+)+")
# Blink's Username scalar. A phone number is accepted there too, and asking for one that has no
# account creates it: so never a phone number here.
_USERNAME: Final = re.compile(r"(?!^(1|3|_|bc1|lnbc1))(?=.*[a-z])[0-9a-z_]{3,50}")

_URL: Final = re.compile(r"[!-~]+")

T = TypeVar("T")


class Secret:
    """A value that never shows itself: not in a log, a traceback, a repr."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value, for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        import hmac  # brings OpenSSL, and the first picture must not wait for it

        return hmac.compare_digest(self._value.encode(), other._value.encode())

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the merchant decides. See the README's table for what each means."""

    blinkpos_api_key: Secret | None
    blinkpos_wallet_id: str | None
    merchant_api_key: Secret | None
    merchant_username: str | None
    merchant_wallet_id: str | None
    merchant_updates: bool
    api_url: str
    ws_url: str
    currencies: tuple[str, ...]
    language: str
    sats: str
    invoice_minutes: int
    max_sat: int
    over_limit: str
    kiosk_id: str
    timezone: tzinfo
    journal: Path
    screen: tuple[int, int] | None  # None is fullscreen
    rotate: int
    touch_rotate: int
    gpio: Literal["auto", "on", "off"]
    keypad_rows: tuple[int, ...] | None  # None is the README's wiring
    keypad_columns: tuple[int, ...] | None
    keypad_layout: str | None
    led_pin: int | None
    buzzer_pin: int | None
    pin: Secret | None  # hashed (`sale.pin`): the digits are kept nowhere
    success_seconds: int
    name: str
    logo: Path | None
    theme: str
    key_order: str
    volume: int
    audio_device: str  # empty is the system's
    tips: tuple[int, ...]
    dim_seconds: int
    blank_seconds: int
    log_level: str


class WrongSettings(ValueError):
    """Settings that cannot be used; `problems` has one line for each mistake.

    `rest` is all the same, with a default in place of what is wrong: enough to draw a screen with.
    """

    def __init__(self, problems: tuple[str, ...], rest: Settings) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems
        self.rest = rest


DEFAULT_LED_PIN: Final = 17
DEFAULTS: Final[Mapping[str, str]] = {
    "BLINKPOS_API_KEY": "",
    "BLINKPOS_WALLET_ID": "",
    "MERCHANT_API_KEY": "",
    "MERCHANT_USERNAME": "",
    "MERCHANT_WALLET_ID": "",
    "MERCHANT_UPDATES": "off",
    "BLINK_API_URL": "https://api.blink.sv/graphql",
    "BLINK_WS_URL": "wss://ws.blink.sv/graphql",
    "KIOSK_CURRENCY": "USD",
    "KIOSK_LANGUAGE": "en",
    "KIOSK_SATS": "sats",
    "KIOSK_INVOICE_MINUTES": "10",
    "KIOSK_MAX_SAT": "10000000",
    "KIOSK_OVER_LIMIT": "hold",
    "KIOSK_ID": "",
    "KIOSK_TIMEZONE": "",
    "KIOSK_JOURNAL": "",
    "KIOSK_SCREEN": "fullscreen",
    "KIOSK_ROTATE": "0",
    "KIOSK_TOUCH_ROTATE": "0",
    "KIOSK_GPIO": "auto",
    "KIOSK_KEYPAD_ROWS": "",
    "KIOSK_KEYPAD_COLUMNS": "",
    "KIOSK_KEYPAD_LAYOUT": "",
    "KIOSK_LED_PIN": str(DEFAULT_LED_PIN),
    "KIOSK_BUZZER_PIN": "",
    "KIOSK_PIN": "",
    "KIOSK_SUCCESS_SECONDS": "8",
    "KIOSK_NAME": "",
    "KIOSK_LOGO": "",
    "KIOSK_THEME": "light",
    "KIOSK_KEY_ORDER": "phone",
    "KIOSK_VOLUME": "60",
    "KIOSK_AUDIO_DEVICE": "",
    "KIOSK_TIPS": "",
    "KIOSK_DIM_SECONDS": "120",
    "KIOSK_BLANK_SECONDS": "900",
    "KIOSK_LOG": "info",
}
# Set although empty, these say "none" and not "the default".
_MAY_BE_EMPTY: Final = ("KIOSK_LED_PIN", "KIOSK_BUZZER_PIN")
_OURS: Final = re.compile(r"(KIOSK|BLINK|BLINKPOS|MERCHANT)_")


APPLIANCE: Final = Path("/etc/kiosk")
APPLIANCE_JOURNAL: Final = Path("/var/lib/kiosk/journal.sqlite3")


def default_journal(environ: Mapping[str, str] = os.environ, appliance: Path = APPLIANCE) -> Path:
    """Where the journal is if no setting says so: off an appliance in the user's data folder."""
    if appliance.is_dir():
        return APPLIANCE_JOURNAL
    data = environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return folder / "kiosk" / APPLIANCE_JOURNAL.name


def load(
    environ: Mapping[str, str],
    *,
    dotenv: Path | None = None,
    credentials: Path | None = None,
    need_account: bool = True,
) -> Settings:
    """Read and check all settings; the environment comes before credentials, they come before
    files.

    Of the files, `kiosk.env` among the credentials comes before `.env`.

    Raises:
        WrongSettings: with every mistake there is.
    """
    sources, wrong = _sources(environ, dotenv, credentials)
    reader = _Reader(_values(sources))
    reader.problems += wrong
    settings = _read(reader)
    if need_account:
        _check_accounts(reader, settings)
    if reader.problems:
        raise WrongSettings(tuple(reader.problems), settings)
    return settings


def unknown(
    environ: Mapping[str, str], dotenv: Path | None = None, credentials: Path | None = None
) -> tuple[str, ...]:
    """One line for each name that looks like a setting of ours and is none."""
    sources, _ = _sources(environ, dotenv, credentials)
    names = {name for source in sources for name in source}
    strange = sorted(name for name in names if _OURS.match(name) and name not in DEFAULTS)
    if not strange:
        return ()
    import difflib

    lines = []
    for name in strange:
        near = difflib.get_close_matches(name, DEFAULTS, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        lines.append(f"{name} is not a setting{hint}")
    return tuple(lines)


def _values(sources: Sequence[Mapping[str, str]]) -> dict[str, str]:
    values = dict(DEFAULTS)
    for source in sources:
        for name, value in source.items():
            if name in DEFAULTS and (value.strip() or name in _MAY_BE_EMPTY):
                values[name] = value.strip()
    return values


def _sources(
    environ: Mapping[str, str], dotenv: Path | None, credentials: Path | None
) -> tuple[list[Mapping[str, str]], list[str]]:
    """Where settings come from, the weakest first, and what is wrong with the files."""
    files = [file for file in (dotenv, _file_credential(credentials)) if file is not None]
    read = [_read_settings(file) for file in files]
    sources: list[Mapping[str, str]] = [source.values for source in read]
    if credentials is not None:
        secrets = [credentials / name for name in SECRETS]
        hashed = credentials / PIN_CREDENTIAL
        if hashed.is_file():
            sources.append({"KIOSK_PIN": hashed.read_text(errors="replace")})
        sources.append(
            {file.name: file.read_text(errors="replace") for file in secrets if file.is_file()}
        )
    sources.append(environ)
    return sources, [problem for source in read for problem in source.problems]


def _file_credential(credentials: Path | None) -> Path | None:
    return None if credentials is None else credentials / SETTINGS_CREDENTIAL


def _read_settings(file: Path) -> SettingsFile:
    try:
        # Whoever starts the program may have made it a link: it is theirs to follow.
        return parse(read_file(file.resolve()), file.name)
    except FileNotFoundError:
        return SettingsFile({})
    except FileRefused as refused:
        return SettingsFile({}, refused.problems)
    except OSError as error:
        return SettingsFile({}, (f"{file.name}: {error.strerror}",))


class _Reader:
    """Reads one setting after the other and collects what is wrong."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self.values = values
        self.problems: list[str] = []

    def wrong(self, name: str, why: str) -> None:
        self.problems.append(f"{name}: {why}")

    def read(self, name: str, parse: Callable[[str], T], fallback: T) -> T:
        """`parse` the value, which raises ValueError with a sentence; empty is `fallback`."""
        value = self.values[name]
        if not value:
            return fallback
        try:
            return parse(value)
        except ValueError as error:
            self.wrong(name, str(error))
            return fallback


def _read(reader: _Reader) -> Settings:
    read = reader.read
    return Settings(
        blinkpos_api_key=read("BLINKPOS_API_KEY", _api_key, None),
        blinkpos_wallet_id=read("BLINKPOS_WALLET_ID", _wallet_id, None),
        merchant_api_key=read("MERCHANT_API_KEY", _api_key, None),
        merchant_username=read("MERCHANT_USERNAME", _username, None),
        merchant_wallet_id=read("MERCHANT_WALLET_ID", _wallet_id, None),
        merchant_updates=read("MERCHANT_UPDATES", _one_of("on", "off"), "off") == "on",
        api_url=read("BLINK_API_URL", _url("https", "http"), ""),
        ws_url=read("BLINK_WS_URL", _url("wss", "ws"), ""),
        currencies=read("KIOSK_CURRENCY", _currencies, ("USD",)),
        language=read("KIOSK_LANGUAGE", _one_of(*LANGUAGES), "en"),
        sats=read("KIOSK_SATS", _one_of("sats", "bitcoin"), "sats"),
        invoice_minutes=read("KIOSK_INVOICE_MINUTES", _number(1, 1440), 10),
        max_sat=read("KIOSK_MAX_SAT", _number(1, MOST_SAT), 10_000_000),
        over_limit=read("KIOSK_OVER_LIMIT", _one_of("hold", "refuse"), "hold"),
        kiosk_id=read("KIOSK_ID", _kiosk_id, _id_from_host(socket.gethostname())),
        timezone=read("KIOSK_TIMEZONE", _timezone, None) or system_zone(),
        journal=read("KIOSK_JOURNAL", Path, None) or default_journal(),
        screen=read("KIOSK_SCREEN", _screen, None),
        rotate=int(read("KIOSK_ROTATE", _one_of("0", "90", "180", "270"), "0")),
        touch_rotate=int(read("KIOSK_TOUCH_ROTATE", _one_of("0", "90", "180", "270"), "0")),
        gpio=read("KIOSK_GPIO", _gpio, "auto"),
        keypad_rows=read("KIOSK_KEYPAD_ROWS", _pins, None),
        keypad_columns=read("KIOSK_KEYPAD_COLUMNS", _pins, None),
        keypad_layout=reader.values["KIOSK_KEYPAD_LAYOUT"] or None,
        led_pin=read("KIOSK_LED_PIN", _pin, None),
        buzzer_pin=read("KIOSK_BUZZER_PIN", _pin, None),
        pin=read("KIOSK_PIN", _manager_pin, None),
        success_seconds=read("KIOSK_SUCCESS_SECONDS", _number(0, 3600), 8),
        name=read("KIOSK_NAME", _name, ""),
        logo=read("KIOSK_LOGO", Path, None),
        theme=read("KIOSK_THEME", _one_of("light", "dark", "contrast"), "light"),
        key_order=read("KIOSK_KEY_ORDER", _one_of("phone", "calculator"), "phone"),
        volume=read("KIOSK_VOLUME", _number(0, 100), 60),
        audio_device=read("KIOSK_AUDIO_DEVICE", _audio_device, ""),
        tips=read("KIOSK_TIPS", _tips, ()),
        dim_seconds=read("KIOSK_DIM_SECONDS", _number(0, 86_400), 120),
        blank_seconds=read("KIOSK_BLANK_SECONDS", _number(0, 86_400), 900),
        log_level=read("KIOSK_LOG", _one_of("info", "debug"), "info"),
    )


def _check_accounts(reader: _Reader, settings: Settings) -> None:
    values = reader.values
    if not values["BLINKPOS_API_KEY"]:
        reader.wrong(
            "BLINKPOS_API_KEY", "is missing: make a key with READ, RECEIVE and WRITE at Blink"
        )
    has_key, has_name = bool(values["MERCHANT_API_KEY"]), bool(values["MERCHANT_USERNAME"])
    if has_key and has_name:
        reader.wrong("MERCHANT_USERNAME", "give either this or MERCHANT_API_KEY, not both")
    elif not has_key and not has_name:
        reader.wrong("MERCHANT_USERNAME", "give this or MERCHANT_API_KEY: who gets the money?")
    if has_name and values["MERCHANT_WALLET_ID"]:
        reader.wrong("MERCHANT_WALLET_ID", "goes with MERCHANT_API_KEY, not with a user name")
    if settings.merchant_updates and not has_key:
        reader.wrong("MERCHANT_UPDATES", "needs MERCHANT_API_KEY: a user name cannot be watched")
    if has_key and values["MERCHANT_API_KEY"] == values["BLINKPOS_API_KEY"]:
        reader.wrong("MERCHANT_API_KEY", "is the key of the BlinkPOS account; two are needed")


# --- What a value must look like; a ValueError's text is the sentence the merchant reads --------


def _api_key(text: str) -> Secret:
    if not _KEY.fullmatch(text):
        raise ValueError("is not an API key of Blink: it looks like blink_ and letters and digits")
    return Secret(text)


def _wallet_id(text: str) -> str:
    if not _UUID.fullmatch(text.lower()):
        raise ValueError("is not a wallet id: it looks like 01234567-89ab-4cde-8f01-23456789abcd")
    return text.lower()


def _username(text: str) -> str:
    if text.lstrip("+").isdigit():
        raise ValueError("is a phone number; give the Blink user name")
    name = text.lower().removesuffix("@blink.sv")
    if not _USERNAME.fullmatch(name):
        raise ValueError("is not a Blink user name: 3 to 50 of a-z, 0-9 and _, with a letter")
    return name


def _url(secure: str, plain: str) -> Callable[[str], str]:
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


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}")
        return text.lower()

    return parse


def _number(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return parse


def _currencies(text: str) -> tuple[str, ...]:
    codes = tuple(dict.fromkeys(part.strip().upper() for part in text.split(",") if part.strip()))
    if not codes or not all(re.fullmatch(r"[A-Z]{3,4}", code) for code in codes):
        raise ValueError("must be currency codes like USD or EUR, or SAT, with commas between")
    return codes


def _kiosk_id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]{1,20}", text):
        raise ValueError("must be 1 to 20 of a-z, 0-9 and -")
    return text


def _id_from_host(host: str) -> str:
    name = re.sub(r"[^a-z0-9-]+", "-", host.lower().split(".", maxsplit=1)[0]).strip("-")
    return name[:20].strip("-") or "kiosk"


def _gpio(text: str) -> Literal["auto", "on", "off"]:
    match text.lower():
        case "auto" | "on" | "off" as mode:
            return mode
    raise ValueError("must be one of auto, on, off")


def _screen(text: str) -> tuple[int, int] | None:
    if text.lower() == "fullscreen":
        return None
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text.lower())
    if match is None or min(int(match[1]), int(match[2])) < 240:
        raise ValueError("must be fullscreen or a size like 800x480")
    return int(match[1]), int(match[2])


def _pin(text: str) -> int:
    return _number(0, 27)(text)


def _pins(text: str) -> tuple[int, ...]:
    pins = tuple(_pin(part.strip()) for part in text.split(","))
    if len(set(pins)) != len(pins):
        raise ValueError("names a pin twice")
    return pins


def _manager_pin(text: str) -> Secret:
    from kiosk.sale import pin  # brings OpenSSL, and the first picture must not wait for it

    if not pin.is_hash(text) and not pin.is_good(text):
        raise ValueError("must be 4 to 12 digits")
    return Secret(pin.kept(text))


def _timezone(text: str) -> tzinfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "is no time zone known here: a name like America/El_Salvador, from Debian's tzdata"
        ) from None


def _name(text: str) -> str:
    if len(text) > 40:
        raise ValueError("is longer than 40 characters")
    return text


def _audio_device(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_.,:=-]{1,64}", text):
        raise ValueError("must be a name that `aplay -L` lists, like plughw:CARD=Device")
    return text


def _tips(text: str) -> tuple[int, ...]:
    tips = tuple(_number(1, 100)(part.strip().rstrip("%")) for part in text.split(","))
    if len(tips) > 4:
        raise ValueError("takes at most four percentages")
    return tips
