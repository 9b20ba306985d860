"""The `kiosk` command: reads arguments and settings, and runs a command.

Each command is loaded only when it is asked for: a till's first picture waits for nothing else.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from kiosk.settings import Settings, WrongSettings, load, unknown
from kiosk.settings import is_set_up as is_till_set_up

COMMANDS: Final = MappingProxyType(
    {
        "run": "the appliance",
        "demo": "a whole sale, with no account",
        "simulator": "the stand-in for Blink",
        "doctor": "would a sale work here?",
        "provision": "take the settings file in, as root",
        "sales": "sales and totals from the journal",
        "closes": "the reports of the closes of the day",
        "copy": "a second copy of the journal and its files, in a folder",
        "restore": "take such a copy in, in the place of a lost journal",
        "keypad": "which key the wiring reports, live",
        "forwards": "what has not reached the merchant, and why",
    }
)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. 0 is good, 1 could not be done, 2 wrong usage or wrong settings."""
    words = sys.argv[1:] if words is None else words
    args = _parser(words[0] if words else "").parse_args(words)
    match args.command:
        case "demo":
            from kiosk.commands import demo

            return demo.run(args)
        case "simulator":
            from kiosk.simulate import cli as simulator

            return simulator.run(args)
        case "provision":
            from kiosk.commands import provision

            return provision.run(args)
    try:
        settings = _settings(args.env_file, need_account=args.command in ("run", "doctor"))
    except WrongSettings as error:
        sys.stderr.writelines(f"kiosk: {line}\n" for line in error.problems)
        return _refused(args, error)
    return _with_settings(args, settings)


def _with_settings(args: argparse.Namespace, settings: Settings) -> int:
    match args.command:
        case "run":
            from kiosk.commands import run

            return run.run(settings)
        case "doctor":
            from kiosk.commands import doctor

            return doctor.run(settings, args.env_file)
        case "sales":
            from kiosk.commands import sales

            return sales.run(args, settings.journal, settings.timezone)
        case "closes":
            from kiosk.commands import closes

            return closes.run(args, settings.journal, settings.timezone)
        case "copy":
            from kiosk.commands import second_copy

            return second_copy.run_copy(
                args, settings.journal, settings.timezone, settings.kiosk_id
            )
        case "restore":
            from kiosk.commands import second_copy

            return second_copy.run_restore(
                args, settings.journal, settings.timezone, settings.kiosk_id
            )
        case "keypad":
            return _keypad(args, settings)
        case _:
            from kiosk.commands import forwards

            return forwards.run(args, settings.journal, settings.timezone)


def _refused(args: argparse.Namespace, error: WrongSettings) -> int:
    match args.command:
        case "run":
            from kiosk.commands import run

            is_set_up = is_till_set_up(os.environ, args.env_file, _credentials())
            return run.refuse(error, is_set_up=is_set_up)
        case "doctor":
            from kiosk.commands import doctor

            return doctor.run_refused(error)
    return 2


def _keypad(args: argparse.Namespace, settings: Settings) -> int:
    from kiosk.commands.from_settings import wiring_of
    from kiosk.panel import cli as keypad

    try:
        wiring = wiring_of(settings)
    except ValueError as error:
        sys.stderr.write(f"kiosk: {error}\n")
        return 2
    return keypad.run(args, wiring, settings.gpio)


def _settings(dotenv: Path, *, need_account: bool) -> Settings:
    credentials = _credentials()
    for line in unknown(os.environ, dotenv, credentials):
        sys.stderr.write(f"kiosk: warning: {line}\n")
    return load(os.environ, dotenv=dotenv, credentials=credentials, need_account=need_account)


def _credentials() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(folder) if folder else None


def _parser(chosen: str) -> argparse.ArgumentParser:
    """The parser, with the options of the chosen command alone."""
    parser = argparse.ArgumentParser(prog="kiosk", description="A Lightning till in a box.")
    parser.add_argument("--version", action=_PrintVersion, nargs=0, help="print the version")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, words in COMMANDS.items():
        command_parser = commands.add_parser(name, help=words, description=words)
        if name == chosen:
            _add_arguments(name, command_parser)
    return parser


def _add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    if name not in ("demo", "simulator", "provision"):
        parser.add_argument("--env-file", type=Path, default=Path(".env"), help="settings file")
    match name:
        case "demo":
            from kiosk.commands import demo

            demo.add_arguments(parser)
        case "simulator":
            from kiosk.simulate import cli as simulator

            simulator.add_arguments(parser)
        case "sales":
            from kiosk.commands import sales

            sales.add_arguments(parser)
        case "closes":
            from kiosk.commands import closes

            closes.add_arguments(parser)
        case "copy":
            from kiosk.commands import second_copy

            second_copy.add_copy_arguments(parser)
        case "restore":
            from kiosk.commands import second_copy

            second_copy.add_restore_arguments(parser)
        case "provision":
            parser.add_argument(
                "--from", dest="file", type=Path, help="this file, instead of the boot partition's"
            )
            parser.add_argument(
                "--request", action="store_true", help="what was asked for on the till's screen"
            )
            parser.add_argument(
                "--phone", action="store_true", help="what is filled in on a phone's page"
            )
            parser.add_argument(
                "--close-phone-network", action="store_true", help="if the page's end left it open"
            )
        case "keypad":
            from kiosk.panel import cli as keypad

            keypad.add_arguments(parser)
        case "forwards":
            from kiosk.commands import forwards

            forwards.add_arguments(parser)


class _PrintVersion(argparse.Action):
    """Print the version and end: it is looked up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from kiosk.version import release

        print(f"kiosk {release()}")
        parser.exit()


if __name__ == "__main__":
    sys.exit(main())
