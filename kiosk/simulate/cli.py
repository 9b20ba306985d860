"""`kiosk simulator`: the stand-in for Blink alone, and its customer."""

import argparse
import json
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from kiosk.simulate.faults import Fault, Switch, table

if TYPE_CHECKING:
    from kiosk.simulate.simulator import Simulator

HTTP_PORT: Final = 8080
WS_PORT: Final = 8081
CONTROL_TIMEOUT_S: Final = 10.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options and subcommands of `kiosk simulator` to `parser`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--http-port", type=int, default=HTTP_PORT, metavar="PORT")
    parser.add_argument("--ws-port", type=int, default=WS_PORT, metavar="PORT")
    parser.add_argument("--seed", type=int, default=1, help="same seed, same keys and wallets")
    parser.add_argument("--rtt-ms", type=float, default=0.0, help="round trip to pretend")
    parser.add_argument(
        "--auto-pay", type=float, metavar="SECONDS", help="pay every invoice of the till by itself"
    )
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        type=read_switch,
        metavar="NAME[:OPERATION[:TIMES]]",
        help="something that goes wrong from the start; `kiosk simulator faults` lists them",
    )
    parser.set_defaults(simulator_command=_serve)
    commands = parser.add_subparsers(title="with a simulator that runs already")
    _add_pay(commands.add_parser("pay", help="be the customer: pay an invoice"))
    _add_hold(commands.add_parser("hold", help="let a payment arrive and not settle"))
    _add_settle(commands.add_parser("settle", help="settle a held payment"))
    _add_fault(commands.add_parser("fault", help="let something go wrong"))
    _add_clear(commands.add_parser("clear", help="let everything work again"))
    _add_dark(commands.add_parser("dark", help="be no server for some seconds"))
    _add_report(commands.add_parser("report", help="who paid whom, and what is switched on"))
    faults = commands.add_parser("faults", help="list everything that can go wrong")
    faults.set_defaults(simulator_command=_list_faults)


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code."""
    return int(args.simulator_command(args))


def read_switch(text: str) -> Switch:
    """Read NAME[:OPERATION[:TIMES]], where an empty or * part means any or for good.

    Raises:
        argparse.ArgumentTypeError: there is no such fault, or TIMES is no number.
    """
    name, _, rest = text.partition(":")
    operation, _, times = rest.partition(":")
    try:
        return Switch(
            Fault.parse(name),
            None if operation in ("", "*") else operation,
            None if times in ("", "*") else int(times),
        )
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def settings_lines(simulator: "Simulator") -> list[str]:
    """Return the settings that make a kiosk use this simulator."""
    return [
        f"BLINK_API_URL={simulator.api_url}",
        f"BLINK_WS_URL={simulator.ws_url}",
        f"BLINKPOS_API_KEY={simulator.till.api_key}",
        f"MERCHANT_API_KEY={simulator.merchant.api_key}",
        f"# or, instead of the merchant's key: MERCHANT_USERNAME={simulator.merchant.username}",
    ]


def _serve(args: argparse.Namespace) -> int:
    # Here and not above: these libraries are not installed on an appliance.
    try:
        from kiosk.simulate.simulator import Simulator
    except ModuleNotFoundError as error:
        print(
            f"{error.name} is not installed. Install the kiosk with its simulator: "
            "pip install 'blink-kiosk[simulator]'",
            file=sys.stderr,
        )
        return 1
    simulator = Simulator(
        seed=args.seed,
        http_port=args.http_port,
        ws_port=args.ws_port,
        rtt_s=args.rtt_ms / 1000,
        host=args.host,
    )
    for on in args.fault:
        simulator.faults.add(on.fault, on.operation, on.times)
    if args.auto_pay is not None:
        simulator.pay_by_itself(args.auto_pay)
    try:
        simulator.start()
    except OSError as error:
        print(f"The simulator cannot listen: {error.strerror or error}", file=sys.stderr)
        return 1
    print("The simulated Blink is running. Settings for the kiosk:\n", flush=True)
    print("\n".join(settings_lines(simulator)), flush=True)
    print("\nCtrl-C ends it.", flush=True)
    try:
        Event().wait()
    except KeyboardInterrupt:
        print("", *simulator.ledger.report(), sep="\n")
    finally:
        simulator.stop()
    return 0


def _pay(args: argparse.Namespace) -> int:
    time.sleep(args.after)
    answer = _order(
        args,
        {
            "do": "pay",
            "payment_request": _payment_request(args.payment_request),
            "via": args.via,
            "times": args.times,
        },
    )
    for result in answer["results"]:
        print(f"{answer['payment_hash'][:8]}  {answer['amount_sat']} sat  {result}")
    return 0 if answer["paid"] else 1


def _hold(args: argparse.Namespace) -> int:
    request = _payment_request(args.payment_request)
    print(_order(args, {"do": "hold", "payment_request": request})["payment_hash"])
    return 0


def _settle(args: argparse.Namespace) -> int:
    _order(args, {"do": "settle", "payment_hash": args.payment_hash})
    return 0


def _fault(args: argparse.Namespace) -> int:
    on: Switch = args.name
    return _show_active(
        _order(
            args,
            {
                "do": "fault",
                "name": on.fault.value,
                "operation": args.operation or on.operation,
                "times": on.times if args.times is None else args.times,
                "seconds": args.seconds,
                "value": args.value,
            },
        )
    )


def _clear(args: argparse.Namespace) -> int:
    return _show_active(_order(args, {"do": "clear", "name": args.name}))


def _dark(args: argparse.Namespace) -> int:
    _order(args, {"do": "dark", "seconds": args.seconds})
    return 0


def _report(args: argparse.Namespace) -> int:
    answer = _order(args, {"do": "report"})
    print(answer["report"])
    return _show_active(answer)


def _list_faults(_: argparse.Namespace) -> int:
    print(table())
    return 0


def _show_active(answer: dict[str, Any]) -> int:
    print("switched on:", ", ".join(answer["active"]) or "nothing")
    return 0


def _payment_request(text: str) -> str:
    if text == "-":
        return sys.stdin.read().strip()
    path = Path(text)
    if path.suffix.lower() in (".png", ".jpg", ".jpeg"):
        # Here and not above: reading pictures needs libraries that only the customer has.
        from kiosk.simulate.pictures import read_qr

        return read_qr(path)
    return text


def _order(args: argparse.Namespace, order: dict[str, Any]) -> dict[str, Any]:
    """Send an order to the running simulator.

    Raises:
        SystemExit: nobody is there, or it said no.
    """
    url = f"{args.url.rstrip('/').removesuffix('/graphql')}/control"
    if not url.startswith("http://"):
        raise SystemExit("--url must start with http://")
    request = urllib.request.Request(  # noqa: S310  http:// was checked above
        url, json.dumps(order).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=CONTROL_TIMEOUT_S) as answer:  # noqa: S310
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        raise SystemExit(str(json.load(error).get("error"))) from error
    except OSError as error:
        raise SystemExit(
            f"No simulator answers at {url}. Start `kiosk simulator` first."
        ) from error
    return found


def _add_url(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url", default=f"http://127.0.0.1:{HTTP_PORT}", help="where it runs (%(default)s)"
    )


def _add_pay(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "payment_request", help="the invoice, or - to read it, or a picture of its QR code"
    )
    parser.add_argument("--via", choices=("lightning", "blink"), default="lightning")
    parser.add_argument("--times", type=int, default=1, help="how often to try")
    parser.add_argument("--after", type=float, default=0.0, metavar="SECONDS")
    _add_url(parser)
    parser.set_defaults(simulator_command=_pay)


def _add_hold(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payment_request", help="as for pay")
    _add_url(parser)
    parser.set_defaults(simulator_command=_hold)


def _add_settle(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("payment_hash", help="what hold printed")
    _add_url(parser)
    parser.set_defaults(simulator_command=_settle)


def _add_fault(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", type=read_switch, metavar="NAME[:OPERATION[:TIMES]]")
    parser.add_argument("--operation", help="a root field, such as lnInvoicePaymentSend")
    parser.add_argument("--times", type=int, help="how often; until cleared if not given")
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--value", type=int)
    _add_url(parser)
    parser.set_defaults(simulator_command=_fault)


def _add_clear(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="only this one")
    _add_url(parser)
    parser.set_defaults(simulator_command=_clear)


def _add_dark(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("seconds", type=float)
    _add_url(parser)
    parser.set_defaults(simulator_command=_dark)


def _add_report(parser: argparse.ArgumentParser) -> None:
    _add_url(parser)
    parser.set_defaults(simulator_command=_report)
