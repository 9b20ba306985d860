"""LED, buzzer and speaker agree with the screen, whatever it shows."""

from typing import get_args

import pytest

from kiosk.panel.led import beeps
from kiosk.sale.effects import PlaySound, Sound
from kiosk.sale.events import (
    AccountFetched,
    AccountFetchFailed,
    KeyReleased,
    KeyStuck,
    MerchantReceived,
    PayoutNotMade,
    RatesFetched,
    SendForwardResult,
    SendOutcome,
)
from kiosk.sale.first_run_screen import FirstRun
from kiosk.sale.keys import Key, Light
from kiosk.sale.manager_screens import (
    DeviceScreen,
    EnteringPin,
    ManagerScreen,
    ReceiptScreen,
    RefundScreen,
    SaleScreen,
)
from kiosk.sale.money import Sats
from kiosk.sale.screens import (
    AcceptingDigits,
    AwaitingPayment,
    CheckingLimit,
    ChoosingCashier,
    ChoosingItem,
    ChoosingTip,
    CodeExpired,
    ConfirmingLimit,
    EnteringAmount,
    FetchingPrice,
    Forwarded,
    LeavingCode,
    Paid,
    ReceivedDirectly,
    RequestingInvoice,
    SaleFailed,
    SaleReceived,
    Screen,
)
from kiosk.sale.settings_screen import SettingsScreen
from kiosk.sale.status_light import status_light
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import EnteringPassphrase, JoiningNetwork, NetworkList, OpenNetwork
from tests.sale.tills import ACCOUNT, RULES, Story, rates
from tests.screen.samples import every_view, till

SHOWN = {
    EnteringAmount: Light.DARK,
    FetchingPrice: Light.DARK,
    CheckingLimit: Light.DARK,
    AcceptingDigits: Light.DARK,
    ChoosingTip: Light.DARK,
    ConfirmingLimit: Light.DARK,
    RequestingInvoice: Light.DARK,
    AwaitingPayment: Light.WAITING,
    LeavingCode: Light.WAITING,
    CodeExpired: Light.DARK,
    Paid: Light.PAID,
    Forwarded: Light.FORWARDED,
    SaleReceived: Light.FORWARDED,
    ReceivedDirectly: Light.RECEIVED,
    SaleFailed: Light.TROUBLE,
    EnteringPin: Light.DARK,
    ManagerScreen: Light.DARK,
    NetworkList: Light.DARK,
    EnteringPassphrase: Light.DARK,
    OpenNetwork: Light.DARK,
    JoiningNetwork: Light.DARK,
    SaleScreen: Light.DARK,
    RefundScreen: Light.DARK,
    ReceiptScreen: Light.DARK,
    ChoosingCashier: Light.DARK,
    ChoosingItem: Light.DARK,
    DeviceScreen: Light.DARK,
    FirstRun: Light.DARK,
    SettingsScreen: Light.DARK,
}
VIEWS = every_view()
# Pictures that ask for a person although nothing went wrong with the sale on them.
READ_ME = (
    "alarm",
    "no-copy",
    "printer-no-paper",
    "unprinted-",
    "wrong-",
    "late-money",
    "recovered",
    "stuck",
    "out-",
    "unreachable-",
)


def test_every_screen_has_its_light() -> None:
    assert set(SHOWN) == set(get_args(Screen))


def test_the_light_agrees_with_every_picture() -> None:
    for name, view in VIEWS.items():
        expected = Light.TROUBLE if name.startswith(READ_ME) else SHOWN[type(view.screen)]
        assert status_light(view) is expected, name


@pytest.mark.parametrize("name", [name for name in VIEWS if name.startswith(READ_ME)])
def test_trouble_waits_until_the_customer_has_paid(name: str) -> None:
    """A sale on the screen shows its own light; what a person must read comes after it."""
    view, code = VIEWS[name], VIEWS["invoice"]
    on_screen = till(
        code.screen,
        service=view.service,
        alarms=view.alarms,
        stuck_keys=view.stuck_keys,
        interrupted_sales=view.interrupted_sales,
    )
    assert status_light(on_screen) is Light.WAITING


def sounds(story: Story) -> list[Sound]:
    sounds_played = [effect.sound for effect in story.effects if isinstance(effect, PlaySound)]
    story.effects.clear()
    return sounds_played


def test_a_sale_is_heard_as_it_is_seen() -> None:
    story = Story().ready()
    assert sounds(story) == []
    lights = [status_light(story.till)]
    made = story.awaiting()
    lights.append(status_light(story.till))
    assert set(sounds(story)) == {Sound.KEY}
    story.pay(made)
    lights.append(status_light(story.till))
    assert sounds(story) == [Sound.PAID]
    story.send(made, SendOutcome.SUCCESS)
    lights.append(status_light(story.till))
    assert sounds(story) == [Sound.FORWARDED]
    assert lights == [Light.DARK, Light.WAITING, Light.PAID, Light.FORWARDED]


def test_money_that_was_no_sale_has_a_sound_and_a_light_of_its_own() -> None:
    """Box fault 33: a single sat sent to the merchant sounded like a sale that was paid."""
    story = Story().ready()
    story.play(MerchantReceived(None, Sats(1)))
    assert sounds(story) == [Sound.RECEIVED]
    assert status_light(story.till) is Light.RECEIVED


def test_news_that_arrives_twice_is_heard_once() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.pay(made)
    story.send(made, SendOutcome.SUCCESS)
    story.send(made, SendOutcome.SUCCESS)
    money = [sound for sound in sounds(story) if sound is not Sound.KEY]
    assert money == [Sound.PAID, Sound.FORWARDED]


def test_whatever_turns_the_light_to_trouble_is_heard_once_and_beeps_once() -> None:
    story = Story()
    refused = Trouble(TroubleKind.KEY_REFUSED)
    for event, expected in (
        (AccountFetchFailed(refused), [Sound.TROUBLE]),
        (AccountFetchFailed(refused), []),
        (AccountFetched(ACCOUNT), []),
        (KeyStuck("5"), [Sound.TROUBLE]),
        (KeyReleased("5"), []),
    ):
        before = status_light(story.till)
        story.play(event)
        assert sounds(story) == expected
        beep = (
            beeps(before, status_light(story.till))
            if status_light(story.till) is not before
            else None
        )
        assert (beep is not None) is bool(expected)


def test_a_merchant_that_cannot_be_paid_is_heard_when_the_code_goes() -> None:
    story = Story().ready()
    made = story.awaiting(payout=False)
    sale = story.till.watched_invoices[made.payment_hash].sale
    sounds(story)
    gone = Trouble(TroubleKind.MERCHANT_CANNOT_RECEIVE)
    story.play(PayoutNotMade(sale.id, gone, final=True))
    assert isinstance(story.till.screen, SaleFailed)
    assert sounds(story) == [Sound.TROUBLE]


def test_a_payout_that_stops_raises_light_and_sound_once_the_till_is_free() -> None:
    story = Story().ready()
    made = story.awaiting()
    story.pay(made)
    story.press(Key.CLEAR)
    story.wait(30)
    story.press(Key.CLEAR)
    assert status_light(story.till) is Light.DARK
    sounds(story)
    payout = story.payout(made).payment_hash
    story.play(SendForwardResult(made.payment_hash, payout, SendOutcome.GUARDED, "not ours"))
    assert story.till.alarms
    assert status_light(story.till) is Light.TROUBLE
    assert sounds(story) == [Sound.TROUBLE]


def test_a_key_that_does_something_clicks_once_and_one_that_does_not_is_silent() -> None:
    story = Story(RULES).ready()
    story.press("1")
    assert sounds(story) == [Sound.KEY]
    story.press(Key.PLUS, Key.DELETE)
    assert sounds(story) == [Sound.KEY, Sound.KEY]
    story.press(Key.BRIGHTER)
    assert sounds(story) == []
    story.press(Key.MENU)
    assert sounds(story) == [Sound.REFUSED]
    story.press(Key.CLEAR, Key.CLEAR, Key.CHARGE)
    assert sounds(story)[-1] is Sound.REFUSED
    story.press("100")
    story.play(RatesFetched(rates(story.till.now_s)))
    sounds(story)
    story.press(Key.CHARGE)
    assert sounds(story) == [Sound.KEY]
    story.press("5")
    assert sounds(story) == []
