"""Whole corners in which tills lose or double money.

By the single steps of `happenings` alone such a corner would hardly ever be reached.
"""

from collections.abc import Callable
from typing import Final

from kiosk.sale.effects import (
    CreatePayout,
    FetchAccount,
    FetchLedgerHistory,
    LookUpPayout,
    SendForward,
)
from kiosk.sale.events import NodesResult
from kiosk.sale.keys import Key
from tests.stories.law.chance import YES_OR_NO, Chance
from tests.stories.law.happenings import ODD, any_kiosk
from tests.stories.law.two_kiosks import TwoKiosks
from tests.stories.ledger import TaskPayout

# A payment whose answer is given up reaches Blink so much later: within the two minutes after which
# a rebuilt journal takes it for one that never left.
LATER_S: Final = (5.0, 90.0)

# A machine sleeps twice so long: until nobody looks at its code any more, a night, more than a day.
SLEPT_S: Final = (900.0, 15_000.0, 50_000.0)


def a_sale_is_paid_and_its_forwarding_goes_wrong(kiosks: TwoKiosks, chance: Chance) -> None:
    """The answer is an odd one, and Blink has acted or not."""
    kiosk, acted, odd = any_kiosk(kiosks, chance), chance.pick(YES_OR_NO), chance.pick(ODD)
    if not kiosks.sell_and_be_paid(kiosk):
        return
    for order in kiosk.wallet.take_payments():
        kiosk.wallet.fail(order, odd, acted=acted)
    kiosk.turn()


def a_payout_is_on_its_way_while_blink_changes_its_nodes(kiosks: TwoKiosks, chance: Chance) -> None:
    """The ledger does not show it yet, and the guard refuses to send it again."""
    kiosk = any_kiosk(kiosks, chance)
    if not kiosks.sell_and_lose_the_payout(kiosk, chance.pick(LATER_S)):
        return
    kiosk.turn()
    kiosk.answer_all()
    kiosks.blink.change_node(keeps_the_old=False)
    kiosks.advance(2.0)
    kiosk.answer_all()


def the_journal_is_lost_while_a_payout_is_on_its_way(kiosks: TwoKiosks, chance: Chance) -> None:
    """Neither the journal nor the ledger shows it."""
    kiosk = any_kiosk(kiosks, chance)
    if not kiosks.sell_and_lose_the_payout(kiosk, chance.pick(LATER_S)):
        return
    kiosk.switch_off()
    kiosk.wreck_journal()
    kiosk.switch_on()
    kiosk.answer_all()
    kiosks.advance(0.6)
    kiosk.answer_all()


def the_journal_is_lost_and_the_machine_sleeps(kiosks: TwoKiosks, chance: Chance) -> None:
    """The code that was up is paid while it sleeps, perhaps when its sales were decided already.

    What Blink has answered may be read only when the machine is awake again.
    """
    kiosk, installation_is_lost = any_kiosk(kiosks, chance), chance.pick(YES_OR_NO)
    is_asked, is_awake_between = chance.pick(YES_OR_NO), chance.pick(YES_OR_NO)
    slept_s = chance.pick(SLEPT_S)
    screen = kiosks.sell(kiosk)
    if screen is None:
        return
    kiosk.switch_off()
    kiosk.wreck_journal()
    if installation_is_lost:
        kiosk.wreck_installation()
    kiosk.switch_on()
    if is_asked:
        kiosk.answer_only(FetchAccount)
        kiosk.wallet.answer_unread(FetchLedgerHistory)
    kiosks.sleep(slept_s)
    if is_awake_between:
        kiosk.turn()
        kiosk.answer_all()
    if kiosks.blink.can_be_paid(screen.invoice.payment_hash):
        kiosks.blink.pay(screen.invoice.payment_hash)
    kiosks.sleep(slept_s)
    kiosk.turn()


def a_code_is_cancelled_and_paid_later(kiosks: TwoKiosks, chance: Chance) -> None:
    """Perhaps after a night without power; nothing but the till's own question tells of it.

    The first question after the night may be answered before the payment.
    """
    kiosk, off = any_kiosk(kiosks, chance), chance.pick(YES_OR_NO)
    is_paid_after_the_answer = chance.pick(YES_OR_NO)
    screen = kiosks.sell(kiosk)
    if screen is None:
        return
    kiosks.advance(0.5)
    kiosk.press(Key.CLEAR)
    kiosk.answer_all()
    if off:
        kiosk.switch_off()
        kiosks.sleep(30_000.0)
        kiosk.switch_on()
    if is_paid_after_the_answer:
        kiosk.answer_all()
    if kiosks.blink.can_be_paid(screen.invoice.payment_hash):
        kiosks.blink.pay(screen.invoice.payment_hash)


def the_code_runs_out_and_a_new_one_is_wanted(kiosks: TwoKiosks, chance: Chance) -> None:
    """The old code may be paid at the same moment."""
    kiosk, paid = any_kiosk(kiosks, chance), chance.pick(YES_OR_NO)
    screen = kiosks.sell(kiosk)
    if screen is None:
        return
    kiosks.advance(661.0)
    kiosk.answer_all()
    if paid:
        kiosks.blink.pay(screen.invoice.payment_hash)
    kiosks.advance(0.5)
    kiosk.press(Key.CHARGE)


def the_first_card_is_cloned_while_a_code_is_up(kiosks: TwoKiosks, chance: Chance) -> None:
    """Then it is paid, and the first machine makes a payout invoice that its clone does not know.

    It is the sale's first one, or a successor as Blink has changed its nodes. The clone could make
    one of its own and pay it before the first machine's payment reaches Blink (M6).
    """
    original, clone = kiosks.kiosks
    is_first_payout = chance.pick(YES_OR_NO)
    screen = kiosks.sell_without_payout(original) if is_first_payout else kiosks.sell(original)
    if screen is None:
        return
    if not is_first_payout:
        kiosks.blink.change_node(keeps_the_old=False)
        original.turn(NodesResult(kiosks.blink.nodes))
    kiosks.clone_first_card()
    kiosks.pay(original, screen.invoice.payment_hash)
    if not is_first_payout:
        original.answer_only(SendForward)
    original.answer_only(LookUpPayout, TaskPayout, CreatePayout)
    clone.answer_all()


CORNERS: Final[tuple[Callable[[TwoKiosks, Chance], None], ...]] = (
    a_sale_is_paid_and_its_forwarding_goes_wrong,
    a_payout_is_on_its_way_while_blink_changes_its_nodes,
    the_journal_is_lost_while_a_payout_is_on_its_way,
    the_journal_is_lost_and_the_machine_sleeps,
    a_code_is_cancelled_and_paid_later,
    the_code_runs_out_and_a_new_one_is_wanted,
    the_first_card_is_cloned_while_a_code_is_up,
)
