"""`kiosk provision`: settings from the boot partition, a file, the screen or a phone into force.

Needs root.
"""

import argparse
import sys
import time

from kiosk.provision.apply_settings import Paths, apply_file, apply_from_boot
from kiosk.provision.change_settings import ChangePaths, answer_request
from kiosk.settings_file import FileRefused


def run(args: argparse.Namespace, places: Paths | None = None) -> int:
    """0 when all is in force, 2 when a given file is wrong, 1 when nothing could be written.

    What is wrong on the boot partition is no failure: the till starts and shows it.
    """
    where = places or Paths()
    try:
        if args.request:
            answer_request(ChangePaths(etc=where.etc), time.monotonic(), time.time())
            return 0
        if args.phone or args.close_phone_network:
            _set_up_by_phone(where, is_over=args.close_phone_network)
            return 0
        if args.file is not None:
            apply_file(args.file, where)
            return 0
        problems = apply_from_boot(where)
    except FileRefused as error:
        sys.stderr.writelines(f"kiosk: {line}\n" for line in error.problems)
        return 2
    except OSError as error:
        sys.stderr.write(f"kiosk: {error.filename}: {error.strerror}\n")
        return 1
    sys.stderr.writelines(f"kiosk: boot partition: {line}\n" for line in problems)
    return 0


def _set_up_by_phone(where: Paths, *, is_over: bool) -> None:
    # Not for the boot, where the till's first picture waits for this command.
    from kiosk.provision.access_point import Radio
    from kiosk.provision.phone_doors import Doors, PhonePaths
    from kiosk.provision.phone_setup import PhoneSetup, close_phone_network

    if is_over:
        close_phone_network(Radio())
    else:
        PhoneSetup(PhonePaths(etc=where.etc), Doors()).run()
