"""`kiosk simulator`: the stand-in for Blink alone, and its customer."""

import argparse
import sys
import time
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

from kiosk.simulate import control
from kiosk.simulate.faults import Switch, table

if TYPE_CHECKING:
    from kiosk.simulate.simulator import Simulator

HTTP_PORT: Final = 8080
WS_PORT: Final = 8081


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options and subcommands of `kiosk simulator` to `parser`."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--http-port", type=int, default=HTTP_PORT, metavar="PORT")
    parser.add_argument("--ws-port", type=int, default=WS_PORT, metavar="PORT")
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
    faults = commands.add_parser("faults", help="list everything that can go wrong")
    faults.set_defaults(simulator_command=_list_faults)

    running = argparse.ArgumentParser(add_help=False)
    running.add_argument(
        "--url", default=f"http://127.0.0.1:{HTTP_PORT}", help="where it runs (%(default)s)"
    )

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        subparser = commands.add_parser(name, help=text, parents=[running])
        subparser.set_defaults(simulator_command=command)
        return subparser

    pay = add("pay", _pay, "be the customer: pay an invoice")
    pay.add_argument(
        "payment_request", help="the invoice, or - to read it, or a picture of its QR code"
    )
    pay.add_argument("--via", choices=("lightning", "blink"), default="lightning")
    pay.add_argument("--times", type=int, default=1, help="how often to try")
    pay.add_argument("--after", type=float, default=0.0, metavar="SECONDS")
    fault = add("fault", _fault, "let something go wrong")
    fault.add_argument("switch", type=read_switch, metavar="NAME[:OPERATION[:TIMES]]")
    fault.add_argument("--seconds", type=float)
    fault.add_argument("--value", type=int)
    clear = add("clear", _clear, "let everything work again")
    clear.add_argument("name", nargs="?", help="only this one")
    add("report", _report, "who paid whom, and what is switched on")


def run(args: argparse.Namespace) -> int:
    """Do what the arguments say; returns the exit code."""
    return int(args.simulator_command(args))


def read_switch(text: str) -> Switch:
    """Read NAME[:OPERATION[:TIMES]], as `Switch.parse` does.

    Raises:
        argparse.ArgumentTypeError: there is no such fault, or TIMES is no number.
    """
    try:
        return Switch.parse(text)
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


def read_qr(path: Path) -> str:
    """Return the text of the QR code in a picture, as the customer's camera reads it.

    Raises:
        ValueError: there is none, or it is no picture.
    """
    # Here and not above: only a customer has these libraries.
    import zxingcpp
    from PIL import Image

    try:
        with Image.open(path) as picture:
            codes = zxingcpp.read_barcodes(picture.convert("L"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read as a picture") from error
    texts = [code.text for code in codes if code.format == zxingcpp.BarcodeFormat.QRCode]
    if not texts:
        raise ValueError(f"there is no QR code in {path}")
    return str(texts[0])


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
    simulator = Simulator(http_port=args.http_port, ws_port=args.ws_port, host=args.host)
    for switch in args.fault:
        simulator.faults.add(switch.fault, switch.operation, switch.times)
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
    text = args.payment_request
    if text == "-":
        text = sys.stdin.read().strip()
    elif Path(text).suffix.lower() in (".png", ".jpg", ".jpeg"):
        text = read_qr(Path(text))
    return _steer(args, "pay", payment_request=text, via=args.via, times=args.times)


def _fault(args: argparse.Namespace) -> int:
    values = {"seconds": args.seconds, "value": args.value}
    return _steer(args, "fault", switch=str(args.switch), **values)


def _clear(args: argparse.Namespace) -> int:
    return _steer(args, "clear", name=args.name)


def _report(args: argparse.Namespace) -> int:
    return _steer(args, "report")


def _list_faults(_: argparse.Namespace) -> int:
    print(table())
    return 0


def _steer(args: argparse.Namespace, order: str, **values: Any) -> int:
    """Send an order to the running simulator and print its answer; 1 if it came to nothing."""
    answer = control.send(args.url, {"do": order, **values})
    print(*answer["lines"], sep="\n")
    return 0 if answer["done"] else 1
