"""A till as it comes out of its box, and the merchant who answers its questions by touch."""

import json
from dataclasses import replace
from typing import Final

from PIL import Image as Picture

from kiosk.sale import first_run
from kiosk.sale.first_run_screen import FirstRun, Machine, Question
from kiosk.sale.keys import Key, Letter
from kiosk.settings import LANGUAGES
from tests.appliance.bench import Bench, difference
from tests.screen.samples import till

# As it is unpacked: the program is installed, and nobody has told it anything. Only where Blink is
# comes from outside, for the real one is not here.
UNPACKED: Final = """
systemctl stop kiosk
rm -rf /etc/kiosk/kiosk.env* /etc/kiosk/credentials/* /var/lib/kiosk/*
cat >/etc/systemd/system/kiosk.service.d/blink.conf <<'UNIT'
[Service]
Environment=BLINK_API_URL=http://127.0.0.1:8080/graphql BLINK_WS_URL=ws://127.0.0.1:8081/graphql
UNIT
systemctl daemon-reload
systemctl start --no-block kiosk
"""
WHAT_IT_KNOWS: Final = """/opt/kiosk/current/venv/bin/python -Ic '
import json
from kiosk.commands.first_run import machine_here
machine = machine_here(has_touch=True)
print(json.dumps([machine.zones, machine.system_zone]))'
"""
ALIKE: Final = 400  # pixels: less than two pages differ by


class Merchant:
    """Somebody who reads the question on the screen, and touches the answer."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        known = bench.machine.run(WHAT_IT_KNOWS).splitlines()[-1]  # after a library's greeting
        zones, system_zone = json.loads(known)
        self._screen = first_run.begin(Machine(LANGUAGES, tuple(zones), system_zone))

    def sees(self, question: Question) -> None:
        """Wait until this is asked."""
        self._screen = replace(self._screen, question=question)
        asked = till(self._screen)

        def is_asked(seen: Picture.Image) -> bool:
            return difference(seen, asked) < ALIKE

        self._bench.until_picture(is_asked)
        self._bench.shot(f"first-{question}")

    def touches(self, *keys: Key | Letter) -> None:
        """Answer it."""
        self._bench.touch(till(self._screen), *keys)
        for key in keys:
            self._screen = self._after(key)

    def is_told(self, **news: object) -> None:
        """What the till has found out meanwhile, as fields of its screen."""
        self._screen = replace(self._screen, **news)  # type: ignore[arg-type]

    def learns(self, payee: str, currencies: tuple[str, ...]) -> None:
        """What the till has found out about the payee."""
        answers = replace(self._screen.answers, payee=payee)
        self._screen = replace(self._screen, answers=answers, currencies=currencies)

    def _after(self, key: Key | Letter) -> FirstRun:
        if isinstance(key, Letter):
            return first_run.handle_letter(self._screen, key.text, 0.0)
        return first_run.handle_key(self._screen, key, 0.0)[0]


def letters(text: str) -> tuple[Letter, ...]:
    """The keys of a text."""
    return tuple(map(Letter, text))
