"""The `kiosk` command: reads the words, the settings, and hands over to a command."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kiosk.commands import demo, forwards, run, sales
from kiosk.panel import cli as keypad
from kiosk.settings import Settings, WrongSettings, load, unknown
from kiosk.simulate import cli as simulator


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. 0 is good, 1 could not be done, 2 wrong usage or wrong settings."""
    args = _parser().parse_args(words)
    match args.command:
        case "demo":
            return demo.run(args)
        case "simulator":
            return simulator.run(args)
        case "provision":
            from kiosk.commands import provision

            return provision.run(args)
    try:
        settings = _settings(args.env_file, need_account=args.command in ("run", "doctor"))
    except WrongSettings as error:
        sys.stderr.writelines(f"kiosk: {line}\n" for line in error.problems)
        return 2
    match args.command:
        case "run":
            return run.run(settings)
        case "doctor":
            from kiosk.commands import doctor

            return doctor.run(settings)
        case "sales":
            return sales.run(args, settings.journal)
        case "keypad":
            return _keypad(args, settings)
        case _:
            return forwards.run(args, settings.journal)


def _keypad(args: argparse.Namespace, settings: Settings) -> int:
    from kiosk.commands.box import wiring_of

    try:
        wiring = wiring_of(settings)
    except ValueError as error:
        sys.stderr.write(f"kiosk: {error}\n")
        return 2
    return keypad.run(args, wiring, settings.gpio)


def _settings(dotenv: Path, *, need_account: bool) -> Settings:
    for line in unknown(os.environ, dotenv):
        sys.stderr.write(f"kiosk: warning: {line}\n")
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    return load(
        os.environ,
        dotenv=dotenv,
        credentials=Path(credentials) if credentials else None,
        need_account=need_account,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="kiosk", description="A Lightning till in a box.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run.add_arguments(commands.add_parser("run", help="the appliance"))
    demo.add_arguments(commands.add_parser("demo", help="a whole sale, with no account"))
    simulator.add_arguments(commands.add_parser("simulator", help="the stand-in for Blink"))
    doctor = commands.add_parser("doctor", help="would a sale work here?")
    doctor.add_argument("--env-file", type=Path, default=Path(".env"), help="settings file")
    provision = commands.add_parser("provision", help="take the settings file in, as root")
    provision.add_argument(
        "--from", dest="file", type=Path, help="this file, instead of the boot partition's"
    )
    for name, words, add in (
        ("sales", "sales and totals from the journal", sales.add_arguments),
        ("keypad", "which key the wiring reports, live", keypad.add_arguments),
        ("forwards", "what has not reached the merchant, and why", forwards.add_arguments),
    ):
        one = commands.add_parser(name, help=words, description=words)
        one.add_argument("--env-file", type=Path, default=Path(".env"), help="settings file")
        add(one)
    return parser


if __name__ == "__main__":
    sys.exit(main())
