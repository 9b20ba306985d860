"""Take a settings file in: into force if it is right, word for the screen if it is wrong."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.provision.hint import Hint, HintRefused, read_hint, settle_text
from kiosk.provision.store import wipe, write_private
from kiosk.settings import SECRETS

# Windows hides what a name ends with, and its editor adds .txt.
NAMES: Final = ("kiosk.env", "kiosk.env.txt")


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are on an appliance."""

    boot: tuple[Path, ...] = (Path("/boot/firmware"), Path("/boot"))
    etc: Path = Path("/etc/kiosk")
    refusal: Path = Path("/run/kiosk-provision/settings-refused")


def find_hint(places: Places) -> Path | None:
    """The settings file on the boot partition, if there is one."""
    files = (folder / name for folder in places.boot for name in NAMES)
    return next((file for file in files if file.is_file()), None)


def take_in(file: Path, places: Places) -> None:
    """Put a settings file into force; it stays where it is.

    Raises:
        HintRefused: it is wrong; what was in force still is.
    """
    _put_in_force(read_hint(file.read_bytes()), places.etc, set(SECRETS))


def take_from_boot(places: Places) -> tuple[str, ...]:
    """Move the settings file in from the boot partition. The mistakes, if it was refused.

    A file that is right is wiped there only when its copy is on the disk, so a power cut in between
    means that it is taken once more. A wrong one stays, to be put right.
    """
    places.refusal.unlink(missing_ok=True)
    file = find_hint(places)
    if file is None:
        return ()
    try:
        take_in(file, places)
    except HintRefused as error:
        write_private(places.refusal, "".join(f"{line}\n" for line in error.problems))
        places.refusal.chmod(0o644)  # names of settings, never a value: the kiosk shows them
        return error.problems
    wipe(file)
    return ()


def keep_secrets_apart(places: Places) -> None:
    """Move keys that somebody wrote into kiosk.env to where only the till sees them."""
    file = places.etc / "kiosk.env"
    if not file.is_file():
        return
    text = file.read_text(errors="surrogateescape")
    hint = settle_text(text)
    if hint.text != text:
        _put_in_force(hint, places.etc, set(hint.secrets))


def _put_in_force(hint: Hint, etc: Path, replaced: set[str]) -> None:
    """Write the settings; of the `replaced` secrets, those that are not given are removed."""
    folder = etc / "credentials"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in sorted(replaced):
        if hint.secrets.get(name):
            write_private(folder / name, hint.secrets[name])
        else:
            (folder / name).unlink(missing_ok=True)
    write_private(etc / "kiosk.env", hint.text)
