"""Take a settings file in: into force if it is right, word for the screen if it is wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kiosk.provision.hint import Hint, HintRefused, read_hint, read_wifi_hint, settle_text
from kiosk.provision.store import wipe, write_private
from kiosk.provision.wifi import Wifi, bring_up
from kiosk.settings import SECRETS

# Windows hides what a name ends with, and its editor adds .txt.
_ENDINGS: Final = ("", ".txt")


@dataclass(frozen=True, slots=True)
class Places:
    """Where things are on an appliance."""

    boot: tuple[Path, ...] = (Path("/boot/firmware"), Path("/boot"))
    etc: Path = Path("/etc/kiosk")
    refusal: Path = Path("/run/kiosk-provision/settings-refused")
    join: Callable[[Wifi], None] = bring_up


def _find(name: str, places: Places) -> Path | None:
    files = (folder / f"{name}{ending}" for folder in places.boot for ending in _ENDINGS)
    return next((file for file in files if file.is_file()), None)


def take_in(file: Path, places: Places) -> None:
    """Put a settings file into force; it stays where it is.

    Raises:
        HintRefused: it is wrong; what was in force still is.
    """
    hint = read_hint(file.read_bytes())
    _put_in_force(hint, places.etc, set(SECRETS))
    if hint.wifi is not None:
        places.join(hint.wifi)


def take_wifi_in(file: Path, places: Places) -> None:
    """Join the Wi-Fi that a file tells; it stays where it is.

    Raises:
        HintRefused: it is wrong, and nothing was changed.
    """
    places.join(read_wifi_hint(file.read_bytes()))


def take_from_boot(places: Places) -> tuple[str, ...]:
    """Move what is on the boot partition in: kiosk.env, wifi.env. The mistakes, if any was refused.

    A file that is right is wiped there only when its copy is on the disk, so a power cut in between
    means that it is taken once more. A wrong one stays, to be put right.
    """
    places.refusal.unlink(missing_ok=True)
    problems: list[str] = []
    for name, take in (("wifi.env", take_wifi_in), ("kiosk.env", take_in)):
        file = _find(name, places)
        if file is None:
            continue
        try:
            take(file, places)
        except HintRefused as error:
            problems += error.problems
        else:
            wipe(file)
    if problems:
        write_private(places.refusal, "".join(f"{line}\n" for line in problems))
        places.refusal.chmod(0o644)  # names of settings, never a value: the kiosk shows them
    return tuple(problems)


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
