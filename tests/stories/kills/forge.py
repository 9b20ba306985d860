"""Makes tills by forking a process that has imported everything and started nothing.

Orders come as lines of JSON on stdin; a life's own lines go to stdout, then `ended HOW`.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import traceback

from kiosk.sale.money import Sats
from kiosk.screen.drawing import qr
from kiosk.screen.text.words import Words
from kiosk.wallet.tls import tls_context
from tests.stories.kills.life import Order, live, read_order

# What a till imports only when it needs it: here it is there already for every life.
IMPORTED = (
    "concurrent.futures.thread",
    "kiosk.commands.error_screen",
    "kiosk.commands.new_start",
    "kiosk.commands.run",
    "kiosk.commands.settings_trial",
    "kiosk.wallet.dispatcher",
)


def main() -> None:
    """Carry out orders until stdin ends."""
    for name in IMPORTED:
        importlib.import_module(name)
    qr.prepare()
    Words().sats(Sats(1))  # loads the language's numbers
    tls_context()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        order = read_order(json.loads(line))
        pid = os.fork()
        if pid == 0:
            _be_born(order)
        _say(f"ended {_see_out(pid, order)}")


def _be_born(order: Order) -> None:
    code = 70
    try:
        code = live(order)
    except BaseException:  # noqa: BLE001 - told in the till's own log, and by the exit code
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _see_out(pid: int, order: Order) -> str:
    """Wait for the end, or bring it about at the ordered moment."""
    watch = os.pidfd_open(pid)
    try:
        patience_s = order.kill_after_s if order.kill_after_s is not None else order.longest_s
        ended, _, _ = select.select([watch], [], [], patience_s)
        if not ended:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    finally:
        os.close(watch)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        return "killed" if ended else "struck"
    return f"exit-{os.waitstatus_to_exitcode(status)}"


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
