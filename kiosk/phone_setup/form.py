"""What the page asks, and the settings that the answers make, checked all at once.

Names of fields are those of the settings where one field is one setting.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from kiosk.sale.first_run_screen import DIRECT, TILL_ACCOUNT
from kiosk.sale.letters import LONGEST_SHOP_NAME
from kiosk.sale.payee_lookup import payee_of
from kiosk.settings import TABLE

OTHER_NETWORK: Final = "WIFI_OTHER"  # the name of one that does not say it
PAYEE: Final = "PAYEE"
PIN_AGAIN: Final = "KIOSK_PIN_AGAIN"
KEY: Final = "BLINKPOS_API_KEY"
SECRET_FIELDS: Final = ("WIFI_PASSPHRASE", "BLINKPOS_API_KEY", "KIOSK_PIN", PIN_AGAIN)

# Every field in the order of the page, with the longest text it takes.
FIELDS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "KIOSK_LANGUAGE": 2,
        "WIFI_SSID": 32,
        OTHER_NETWORK: 32,
        "WIFI_PASSPHRASE": 64,
        "WIFI_COUNTRY": 2,
        "KIOSK_RECEIVE": 10,
        "BLINKPOS_API_KEY": 200,
        PAYEE: 120,
        "KIOSK_NAME": LONGEST_SHOP_NAME,
        "KIOSK_CURRENCY": 40,
        "KIOSK_TIMEZONE": 60,
        "KIOSK_PIN": 12,
        PIN_AGAIN: 12,
    }
)
_TAKEN_AS_THEY_ARE: Final = ("KIOSK_LANGUAGE", "KIOSK_NAME", "KIOSK_CURRENCY", "KIOSK_TIMEZONE")
_NEEDED: Final = ("KIOSK_LANGUAGE", "KIOSK_CURRENCY", "KIOSK_TIMEZONE", "KIOSK_PIN")


class FieldRefused(ValueError):
    """A text that the page's own browser lets through and no setting takes: `name` is its field."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is no text, or too long")
        self.name = name


def read_form(
    data: object, kept: Mapping[str, str], fields: Sequence[str] = tuple(FIELDS)
) -> dict[str, str]:
    """The `fields` of a form; a secret that is left empty is the one that was typed before.

    Not so the passphrase of another network, which may be an open one or somebody else's.

    Raises:
        FieldRefused: a text is too long, or has signs that cannot be seen.
        ValueError: it is no form. The sentence holds nothing of it.
    """
    if not isinstance(data, dict):
        raise ValueError("not a form")  # noqa: TRY004 - what is read is wrong, not the caller
    form = {}
    for name in fields:
        longest = FIELDS[name]
        text = data.get(name, "")
        if not isinstance(text, str) or len(text) > longest or not text.isprintable():
            raise FieldRefused(name)
        typed = text if name == "WIFI_PASSPHRASE" else text.strip()  # a blank counts in one
        form[name] = typed or (kept.get(name, "") if name in SECRET_FIELDS else "")
    if not data.get("WIFI_PASSPHRASE") and _network(form) != _network(kept):
        form["WIFI_PASSPHRASE"] = ""
    return form


def settings_of_form(form: Mapping[str, str]) -> dict[str, str]:
    """The settings that a form makes, with a Wi-Fi's; what is empty is left out."""
    way = form["KIOSK_RECEIVE"]
    values = {"KIOSK_RECEIVE": way, **{name: form[name] for name in _TAKEN_AS_THEY_ARE}}
    values["KIOSK_PIN"] = form["KIOSK_PIN"]
    if way == TILL_ACCOUNT:
        values["BLINKPOS_API_KEY"] = form["BLINKPOS_API_KEY"]
        values["MERCHANT_USERNAME"] = form[PAYEE]
    else:
        values |= _payee(form[PAYEE])
    network = _network(form)
    if network:
        values |= {"WIFI_SSID": network, "WIFI_COUNTRY": form["WIFI_COUNTRY"].upper()}
        values |= {"WIFI_PASSPHRASE": form["WIFI_PASSPHRASE"]}
        values |= {"WIFI_HIDDEN": "on" if form[OTHER_NETWORK] else ""}
    return {name: text for name, text in values.items() if text}


def wrong_fields(
    form: Mapping[str, str], check: Callable[[Mapping[str, str]], tuple[str, ...]]
) -> tuple[str, ...]:
    """The fields that are wrong, in the order of the page.

    `check` says what is wrong with settings as a whole: lines that begin with a setting's name.
    """
    wrong = {name for name in _NEEDED if not form[name]}
    if form["KIOSK_RECEIVE"] not in (DIRECT, TILL_ACCOUNT):
        wrong.add("KIOSK_RECEIVE")
    if not form[PAYEE]:
        wrong.add(PAYEE)
    if form["KIOSK_PIN"] != form[PIN_AGAIN]:
        wrong.add(PIN_AGAIN)
    wrong |= {_field_of(line.partition(":")[0]) for line in check(settings_of_form(form))}
    return tuple(name for name in FIELDS if name in wrong)


def shown_again(form: Mapping[str, str]) -> dict[str, str]:
    """What a page shows again: everything but the secrets."""
    return {name: text for name, text in form.items() if name not in SECRET_FIELDS}


def _network(form: Mapping[str, str]) -> str:
    """The name of the network to join, empty for none."""
    return form.get(OTHER_NETWORK) or form.get("WIFI_SSID", "")


def _payee(text: str) -> dict[str, str]:
    """Who is paid directly: an address, or a name at Blink, whose domain only Blink knows."""
    try:
        payee = payee_of(text)
    except ValueError:
        return {"MERCHANT_ADDRESS": text}
    if payee.address is None:
        return {"MERCHANT_USERNAME": payee.name}
    return {"MERCHANT_ADDRESS": str(payee.address)}


def _field_of(setting: str) -> str:
    """The field that a setting comes from; one that has none is the payee's way."""
    if setting in FIELDS:
        return setting
    if setting in ("MERCHANT_ADDRESS", "MERCHANT_USERNAME"):
        return PAYEE
    if setting == "WIFI_HIDDEN":
        return OTHER_NETWORK
    if setting in TABLE:
        return "KIOSK_RECEIVE"
    return "WIFI_SSID"
