"""Everything that may happen to two kiosks, in any order: people, power, cards, time, Blink.

Each happening takes what it needs to know from a `Chance`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kiosk.sale.events import (
    InvoiceStatusResult,
    LookUpPayoutResult,
    RetryRequested,
    SendOutcome,
)
from kiosk.sale.ids import invoice_external_id, payout_external_id
from kiosk.sale.invoice import PAYOUT_EXPIRY_MIN, InvoiceStatus, SaleId
from kiosk.sale.keys import Key
from kiosk.sale.money import Sats
from tests.stories.law.chance import YES_OR_NO, Chance
from tests.stories.law.kiosk import Kiosk
from tests.stories.law.two_kiosks import TwoKiosks

# An amount and its code are met more often so.
KEYS: Final = (
    *(Key.D5, Key.D0, Key.D5, Key.CHARGE, Key.CHARGE),
    *(Key.CLEAR, Key.PLUS, Key.CHECK, Key.CURRENCY),
)
ODD: Final = (
    SendOutcome.FAILURE,
    SendOutcome.PENDING,
    SendOutcome.LOST,
    SendOutcome.NOT_SENT,
    SendOutcome.EXPIRED,
    SendOutcome.LIMITED,
    SendOutcome.NO_BALANCE,
)

# With the power; "all" is the journal and the file beside it that names its installation.
LOST: Final = (*["nothing"] * 4, *["journal"] * 3, "all")


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that may happen, where it is `possible`."""

    happen: Callable[[TwoKiosks, Chance], None]
    possible: Callable[[TwoKiosks], bool]


HAPPENINGS: Final[list[Happening]] = []


def happening(
    possible: Callable[[TwoKiosks], bool] = lambda _: True,
) -> Callable[[Callable[[TwoKiosks, Chance], None]], Callable[[TwoKiosks, Chance], None]]:
    """Let a function be among `HAPPENINGS`."""

    def listed(
        happen: Callable[[TwoKiosks, Chance], None],
    ) -> Callable[[TwoKiosks, Chance], None]:
        HAPPENINGS.append(Happening(happen, possible))
        return happen

    return listed


# --- At the counter ---------------------------------------------------------------------------


@happening()
def keys_are_pressed(kiosks: TwoKiosks, chance: Chance) -> None:
    """Up to four of them."""
    kiosk = any_kiosk(kiosks, chance)
    kiosk.press(*(chance.pick(KEYS) for _ in range(chance.pick((1, 2, 3, 4)))))


@happening()
def a_sale_reaches_its_code(kiosks: TwoKiosks, chance: Chance) -> None:
    """And stays there."""
    kiosks.sell(any_kiosk(kiosks, chance))


@happening()
def the_manager_asks_for_another_try(kiosks: TwoKiosks, chance: Chance) -> None:
    """Not on a cloned card: there it says that the other machine does not forward them."""
    kiosk = any_kiosk(kiosks, chance)
    if not kiosk.is_clone:
        kiosk.turn(RetryRequested())


@happening(lambda kiosks: any(kiosk.shown for kiosk in kiosks.kiosks))
def a_customer_pays(kiosks: TwoKiosks, chance: Chance) -> None:
    """Any code that was ever shown, late or twice; the push may be lost."""
    kiosk = any_kiosk(kiosks, chance, lambda kiosk: bool(kiosk.shown))
    name, is_pushed = chance.pick(sorted(kiosk.shown)), chance.pick(YES_OR_NO)
    if not kiosks.blink.can_be_paid(name):
        return
    kiosks.blink.pay(name)
    if is_pushed:
        kiosk.turn(InvoiceStatusResult(name, InvoiceStatus.PAID))


# --- Time, power, cards -----------------------------------------------------------------------


@happening()
def time_passes(kiosks: TwoKiosks, chance: Chance) -> None:
    """Moments, or more than a day."""
    kiosks.advance(chance.pick((0.6, 3.0, 30.0, 700.0, 90_000.0)))


@happening()
def the_card_fills_up_or_has_room_again(kiosks: TwoKiosks, chance: Chance) -> None:
    """What cannot be written must not be acted upon."""
    journal = any_kiosk(kiosks, chance).journal
    journal.is_full = not journal.is_full


@happening()
def a_copy_of_the_card_is_kept(kiosks: TwoKiosks, chance: Chance) -> None:
    """As it is now, with the kiosk running."""
    any_kiosk(kiosks, chance).copy_card()


@happening()
def the_plug_is_pulled(kiosks: TwoKiosks, chance: Chance) -> None:
    """What was on the way still reaches Blink, or not; the journal or all may be lost."""
    kiosk = any_kiosk(kiosks, chance)
    kiosk.wallet.cut_off(reached=chance.pick(YES_OR_NO), after_s=chance.pick((0.0, 0.0, 90.0)))
    kiosk.switch_off()
    lost = chance.pick(LOST)
    if lost != "nothing":
        kiosk.wreck_journal()
    if lost == "all":
        kiosk.wreck_installation()
    kiosk.switch_on()


@happening(lambda kiosks: any(kiosk.copied is not None for kiosk in kiosks.kiosks))
def an_older_copy_of_the_card_is_put_in(kiosks: TwoKiosks, chance: Chance) -> None:
    """What was begun since is known to nobody here."""
    kiosk = any_kiosk(kiosks, chance, lambda kiosk: kiosk.copied is not None)
    kiosk.switch_off()
    kiosk.restore_copy()
    kiosk.switch_on()


@happening()
def the_first_card_is_cloned_for_the_second_machine(kiosks: TwoKiosks, _: Chance) -> None:
    """The first kiosk goes on; the second one holds what it finds begun (M6)."""
    kiosks.clone_first_card()


@happening(lambda kiosks: kiosks.older_till is None)
def a_till_of_an_older_release_is_paid(kiosks: TwoKiosks, _: Chance) -> None:
    """It has the same KIOSK_ID, its ids name no installation, and it forwards its own sale."""
    kiosks.older_till = SaleId("till-0000000a-1")
    made = kiosks.blink.create(invoice_external_id(kiosks.older_till), Sats(50), 600)
    kiosks.blink.pay(made.payment_hash)
    kiosks.older_payout = kiosks.blink.create(
        payout_external_id(kiosks.older_till), Sats(50), PAYOUT_EXPIRY_MIN * 60
    )


# --- Blink ------------------------------------------------------------------------------------


def _is_blink_asked(kiosks: TwoKiosks) -> bool:
    return any(kiosk.wallet.waiting for kiosk in kiosks.kiosks)


@happening(_is_blink_asked)
def blink_answers(kiosks: TwoKiosks, chance: Chance) -> None:
    """Any question, not the oldest first."""
    kiosk = any_kiosk(kiosks, chance, lambda kiosk: bool(kiosk.wallet.waiting))
    kiosk.answer(chance.pick(range(len(kiosk.wallet.waiting))))


@happening(_is_blink_asked)
def an_answer_goes_wrong(kiosks: TwoKiosks, chance: Chance) -> None:
    """It is lost or is a refusal, and Blink has acted or not."""
    kiosk = any_kiosk(kiosks, chance, lambda kiosk: bool(kiosk.wallet.waiting))
    order = kiosk.wallet.take(chance.pick(range(len(kiosk.wallet.waiting))))
    kiosk.wallet.fail(order, chance.pick(ODD), acted=chance.pick(YES_OR_NO))
    kiosk.turn()


@happening(lambda kiosks: any(kiosk.recent_events for kiosk in kiosks.kiosks))
def an_answer_comes_again(kiosks: TwoKiosks, chance: Chance) -> None:
    """A socket says things twice, and late. A look-up is a question with one answer."""
    kiosk = any_kiosk(kiosks, chance, lambda kiosk: bool(kiosk.recent_events))
    event = chance.pick(kiosk.recent_events)
    if not isinstance(event, LookUpPayoutResult):
        kiosk.turn(event)


@happening()
def blink_brings_up_a_node(kiosks: TwoKiosks, chance: Chance) -> None:
    """Beside the old ones, or in their place."""
    kiosks.blink.change_node(keeps_the_old=chance.pick(YES_OR_NO))


@happening()
def the_daily_limit_is_used_up_or_rolls_over(kiosks: TwoKiosks, _: Chance) -> None:
    """Of the one account that both kiosks share."""
    kiosks.blink.limited = not kiosks.blink.limited


def any_kiosk(
    kiosks: TwoKiosks, chance: Chance, suits: Callable[[Kiosk], bool] = lambda _: True
) -> Kiosk:
    """One of those that suit; there has to be one."""
    numbers = [kiosk.number for kiosk in kiosks.kiosks if suits(kiosk)]
    return kiosks.kiosks[chance.pick(numbers)]
