"""What is likely where: time zones by language, a currency by time zone. All are guesses."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

_ZONES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "en": (
            "America/New_York",
            "America/Chicago",
            "America/Los_Angeles",
            "Europe/London",
            "Africa/Johannesburg",
            "Africa/Lagos",
            "Australia/Sydney",
        ),
        "es": (
            "America/El_Salvador",
            "America/Guatemala",
            "America/Costa_Rica",
            "America/Mexico_City",
            "America/Bogota",
            "America/Argentina/Buenos_Aires",
            "Europe/Madrid",
        ),
        "de": ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
        "fr": ("Europe/Paris", "Europe/Brussels", "Europe/Zurich", "America/Toronto"),
        "pt": ("America/Sao_Paulo", "Europe/Lisbon", "Africa/Luanda", "Africa/Maputo"),
        "it": ("Europe/Rome", "Europe/Zurich"),
        "he": ("Asia/Jerusalem",),
        "ja": ("Asia/Tokyo",),
    }
)

_CURRENCY_OF_LANGUAGE: Final[Mapping[str, str]] = MappingProxyType(
    {"de": "EUR", "fr": "EUR", "it": "EUR", "pt": "BRL", "he": "ILS", "ja": "JPY"}
)
_CURRENCY_OF_ZONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "America/Guatemala": "GTQ",
        "America/Costa_Rica": "CRC",
        "America/Mexico_City": "MXN",
        "America/Bogota": "COP",
        "America/Argentina/Buenos_Aires": "ARS",
        "America/Sao_Paulo": "BRL",
        "America/Toronto": "CAD",
        "America/Lima": "PEN",
        "America/Santiago": "CLP",
        "America/Tegucigalpa": "HNL",
        "Africa/Johannesburg": "ZAR",
        "Africa/Lagos": "NGN",
        "Africa/Nairobi": "KES",
        "Africa/Accra": "GHS",
        "Africa/Kampala": "UGX",
        "Africa/Luanda": "AOA",
        "Africa/Maputo": "MZN",
        "Asia/Jerusalem": "ILS",
        "Asia/Tokyo": "JPY",
        "Asia/Bangkok": "THB",
        "Asia/Manila": "PHP",
        "Asia/Kolkata": "INR",
        "Asia/Singapore": "SGD",
        "Australia/Sydney": "AUD",
        "Australia/Melbourne": "AUD",
        "Australia/Brisbane": "AUD",
        "Australia/Perth": "AUD",
        "Europe/Bucharest": "RON",
        "Europe/Budapest": "HUF",
        "Europe/Copenhagen": "DKK",
        "Europe/Istanbul": "TRY",
        "Europe/Kyiv": "UAH",
        "Europe/London": "GBP",
        "Europe/Oslo": "NOK",
        "Europe/Prague": "CZK",
        "Europe/Sofia": "EUR",
        "Europe/Stockholm": "SEK",
        "Europe/Warsaw": "PLN",
        "Europe/Zurich": "CHF",
    }
)
_USUAL: Final = ("USD", "EUR", "SAT")
_NOWHERE: Final = ("", "UTC", "Etc/UTC")  # what a machine is set to that nobody has set


def zones_likely_first(language: str, system_zone: str, zones: Sequence[str]) -> tuple[str, ...]:
    """All time zones: this machine's if anybody has set it, those of the language, the others."""
    likely = (*(() if system_zone in _NOWHERE else (system_zone,)), *_ZONES.get(language, ()))
    known = frozenset(zones)
    first = tuple(dict.fromkeys(zone for zone in likely if zone in known))
    return (*first, *(zone for zone in sorted(zones) if zone not in first))


def currencies_likely_first(language: str, zone: str, served: Sequence[str]) -> tuple[str, ...]:
    """The currencies that Blink serves, and sats: the one of the place, the usual ones, the others.

    Where none are known, those that Blink has always served.
    """
    known = frozenset(served) | {"SAT"} if served else frozenset(_USUAL)
    first = tuple(
        dict.fromkeys(code for code in (_guess(language, zone), *_USUAL) if code in known)
    )
    return (*first, *(code for code in sorted(known) if code not in first))


def _guess(language: str, zone: str) -> str:
    if zone in _CURRENCY_OF_ZONE:
        return _CURRENCY_OF_ZONE[zone]
    if zone.startswith("Europe/"):
        return "EUR"
    if zone in _NOWHERE:
        return _CURRENCY_OF_LANGUAGE.get(language, "USD")
    return "USD"
