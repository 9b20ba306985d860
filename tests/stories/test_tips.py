"""A tip from the customer's finger to the merchant's wallet and the day's totals."""

import json
from pathlib import Path

from kiosk.journal import Journal
from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, ChoosingTip, Forwarded
from kiosk.simulate import Simulator
from tests.stories.conftest import Kiosk
from tests.stories.counter import watched


def test_a_tip_reaches_the_merchant_with_the_price_and_is_told_apart(
    simulator: Simulator, tmp_path: Path
) -> None:
    kiosk = Kiosk(simulator, tmp_path, KIOSK_TIPS="5,10", KIOSK_VOLUME="50").switch_on().ready()
    kiosk.press("200", Key.CHARGE)
    kiosk.until(lambda till: isinstance(till.screen, ChoosingTip))
    kiosk.press("2")
    code = kiosk.until(watched).screen
    assert isinstance(code, AwaitingPayment)
    kiosk.press(Key.DIMMER)
    simulator.pay(code.invoice.payment_request, via="lightning")
    shown = kiosk.until(lambda till: isinstance(till.screen, Forwarded)).screen
    assert isinstance(shown, Forwarded)
    kiosk.idle()
    sale = shown.sale
    assert sale.memo == "merchant: $2.20 incl. tip $0.20"
    memos = [invoice.memo for invoice in simulator.invoices(simulator.merchant)]
    assert memos[-1] == f"BlinkPOS: $2.00 + $0.20 tip = $2.20 ({sale.amount} sats) till-1"
    assert simulator.merchant.balance_sat == sale.amount
    kiosk.switch_off()
    journal = Journal.read_only(tmp_path / "journal.sqlite3")
    totals = journal.totals(0)
    journal.close()
    assert (totals.amount, totals.tips, totals.forwarded) == (sale.amount, sale.tip, sale.amount)
    # The white level that the cashier chose is the one thing kept beside the journal.
    assert json.loads((tmp_path / "remembered.json").read_text())["white"] < 255
