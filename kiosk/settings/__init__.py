"""Settings: environment, `.env`, systemd credentials -> one frozen `Settings`.

`table` declares each setting once: name, reader, default, meaning, secret or not. `parsers` says
what a value must look like, `sources` where values come from. `.env.example` and `docs/settings.md`
are written from the table by `python -m tests.settings_docs`.
"""

from kiosk.settings.defaults import default_journal
from kiosk.settings.secret import Secret
from kiosk.settings.sources import (
    PIN_CREDENTIAL,
    SETTINGS_CREDENTIAL,
    WrongSettings,
    has_account,
    is_set_up,
    load,
    unknown,
)
from kiosk.settings.table import LANGUAGES, SECRETS, TABLE, Settings

__all__ = [
    "LANGUAGES",
    "PIN_CREDENTIAL",
    "SECRETS",
    "SETTINGS_CREDENTIAL",
    "TABLE",
    "Secret",
    "Settings",
    "WrongSettings",
    "default_journal",
    "has_account",
    "is_set_up",
    "load",
    "unknown",
]
