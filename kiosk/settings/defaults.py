"""What is used where a setting leaves it to the machine."""

import os
import re
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Final

APPLIANCE: Final = Path("/etc/kiosk")
FROM_STICK: Final = "stick"  # KIOSK_LOGO: the one that was taken from a USB stick
LOGO_CREDENTIAL: Final = "logo"
APPLIANCE_JOURNAL: Final = Path("/var/lib/kiosk/journal.sqlite3")


def default_journal(environ: Mapping[str, str] = os.environ, appliance: Path = APPLIANCE) -> Path:
    """Where the journal is if no setting says so: off an appliance in the user's data folder."""
    if appliance.is_dir():
        return APPLIANCE_JOURNAL
    data = environ.get("XDG_DATA_HOME", "")
    folder = Path(data) if data.startswith("/") else Path.home() / ".local" / "share"
    return folder / "kiosk" / APPLIANCE_JOURNAL.name


def id_of_host() -> str:
    """This machine's name, spelt as a kiosk's id may be."""
    host = socket.gethostname().lower().split(".", maxsplit=1)[0]
    name = re.sub(r"[^a-z0-9-]+", "-", host).strip("-")
    return name[:20].strip("-") or "kiosk"


def logo_file(text: str, environ: Mapping[str, str] = os.environ) -> Path:
    """The file of a logo; one from a stick is handed to the service beside the secrets."""
    if text != FROM_STICK:
        return Path(text)
    return Path(environ.get("CREDENTIALS_DIRECTORY", str(APPLIANCE))) / LOGO_CREDENTIAL
