"""`kiosk run`: the appliance, until it is told to stop."""

import argparse
import logging
import signal
import sys
from pathlib import Path
from typing import Final

from kiosk.sale.effects import BoxAct
from kiosk.sale.trouble import KioskError
from kiosk.settings import Settings

log: Final = logging.getLogger("kiosk")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """No options: the settings decide."""
    parser.add_argument("--env-file", type=Path, default=Path(".env"), help="settings file")


def run(settings: Settings) -> int:
    """Run until SIGTERM, Ctrl-C, or the window is closed."""
    from kiosk.commands.box import build, set_up_log
    from kiosk.panel.pins import PanelMissing

    set_up_log(settings.log_level)
    try:
        box = build(settings, on_box_act=_act)
    except KioskError as error:
        sys.stderr.write(f"kiosk: {error}\n")
        return 1
    except PanelMissing as error:
        sys.stderr.write(f"kiosk: {error}\n")
        return 1
    except ValueError as error:  # the keypad's wiring
        sys.stderr.write(f"kiosk: {error}\n")
        return 2
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: box.loop.stop())
    signal.signal(signal.SIGHUP, lambda *_: box.loop.heed_requests())
    try:
        box.loop.begin(box.facts)
        box.wallet.start()
        while not box.loop.stopped and not box.window.closed:
            box.loop.turn()
    finally:
        box.close()
    return 0


def _act(act: BoxAct) -> None:
    """Leave in an orderly way; systemd restarts the program, or the box is shut down."""
    log.warning("the manager asks for %s", act)
    signal.raise_signal(signal.SIGTERM)
