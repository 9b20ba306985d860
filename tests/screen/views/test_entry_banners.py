"""Of all that could be said on the amount screen, the one thing that matters most is."""

from dataclasses import replace

from kiosk.sale.entry import Entry
from kiosk.sale.money import Cents
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Alarm, Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.text.words import Words
from kiosk.screen.views.entry_banners import entry_banner
from tests.sale.tills import USD
from tests.screen.samples import ENTRY, SALE, every_view, till

WORDS = Words()


def said(shown: Till) -> str:
    assert isinstance(shown.screen, EnteringAmount)
    banner = entry_banner(shown, shown.screen, WORDS)
    return "" if banner is None else banner.sentence


def trouble(kind: TroubleKind, subject: str = "") -> str:
    return WORDS.joined(*WORDS.trouble_text(Trouble(kind, subject)))


def test_what_outranks_what() -> None:
    refused = EnteringAmount(Entry(USD), Trouble(TroubleKind.NO_RATE, "USD"))
    shown = till(
        refused,
        stuck_keys=("5",),
        interrupted_sales=(SALE,),
        late_money=(SALE,),
        alarms=(Alarm(Trouble(TroubleKind.PAID_TWICE, SALE.id), SALE.id),),
    )
    assert said(shown) == trouble(TroubleKind.NO_RATE, "USD")
    shown = replace(shown, screen=EnteringAmount(Entry(USD)))
    assert said(shown) == trouble(TroubleKind.KEY_STUCK, "5")
    shown = replace(shown, stuck_keys=())
    assert said(shown) == trouble(TroubleKind.POWER_CUT)
    shown = replace(shown, interrupted_sales=())
    assert said(shown) == trouble(TroubleKind.PAID_LATE, str(SALE.amount))
    shown = replace(shown, late_money=())
    assert said(shown) == trouble(TroubleKind.PAID_TWICE, SALE.id)
    assert said(replace(shown, alarms=())) == ""


def test_a_limit_is_told_while_typing_and_odd_money_when_nothing_is_typed() -> None:
    odd = {"late_money": (SALE,)}
    assert said(till(EnteringAmount(ENTRY), **odd)) == ""
    over = replace(every_view()["limit"], late_money=(SALE,))
    assert "limit" in said(over)
    near = till(EnteringAmount(ENTRY), limit_left=Cents(1300))
    assert "left of today's limit" in said(near)


def test_a_finger_that_rests_on_the_screen_is_not_called_a_key() -> None:
    assert said(till(EnteringAmount(ENTRY), stuck_keys=("screen",))) == trouble(
        TroubleKind.SCREEN_TOUCHED
    )
    assert said(till(EnteringAmount(ENTRY), stuck_keys=("screen", "7"))) == trouble(
        TroubleKind.KEY_STUCK, "7"
    )
