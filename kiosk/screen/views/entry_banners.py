"""Which banner the amount screen shows: the first row of BANNERS that has something to say."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from kiosk.sale.keys import SCREEN_LEGEND
from kiosk.sale.limits import is_near, left_today, trouble_ahead
from kiosk.sale.money import Sats
from kiosk.sale.odd_money import can_put_away
from kiosk.sale.printing import tells_unprinted
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Till
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.screen.drawing.canvas import Tone
from kiosk.screen.drawing.icons import Icon
from kiosk.screen.text.receipt_rows import paper_name
from kiosk.screen.text.words import Words


@dataclass(frozen=True, slots=True)
class Banner:
    """One message with its icon."""

    icon: Icon
    tone: Tone
    sentence: str
    can_be_put_away: bool = False
    can_be_printed: bool = False


def entry_banner(till: Till, screen: EnteringAmount, words: Words) -> Banner | None:
    """The one thing that matters most now, None for nothing."""
    for icon, tone, sentence_of in BANNERS:
        sentence = sentence_of(till, screen, words)
        if sentence:
            prints = sentence_of is _unprinted
            can_be_read = sentence_of in (_late_money, _alarm) and can_put_away(till)
            return Banner(icon, tone, sentence, can_be_read or prints, prints)
    return None


def _refused(_till: Till, screen: EnteringAmount, words: Words) -> str:
    return _trouble(words, screen.notice)


def _stuck_key(till: Till, _screen: EnteringAmount, words: Words) -> str:
    """It has typed a digit itself, so it is shown whatever is typed."""
    if not till.stuck_keys:
        return ""
    legends = [legend for legend in till.stuck_keys if legend != SCREEN_LEGEND]
    if not legends:
        return _trouble(words, Trouble(TroubleKind.SCREEN_TOUCHED))
    return _trouble(words, Trouble(TroubleKind.KEY_STUCK, ", ".join(legends)))


def _limit(till: Till, screen: EnteringAmount, words: Words) -> str:
    return _trouble(words, trouble_ahead(till, screen.entry))


def _power_cut(till: Till, _screen: EnteringAmount, words: Words) -> str:
    return _trouble(words, Trouble(TroubleKind.POWER_CUT) if till.interrupted_sales else None)


def _late_money(till: Till, screen: EnteringAmount, words: Words) -> str:
    if not screen.entry.is_empty or not till.late_money:
        return ""
    sale = till.late_money[0]
    kind = TroubleKind.RECEIVED_LATE if sale.direct else TroubleKind.PAID_LATE
    return _trouble(words, Trouble(kind, str(sale.amount)))


def _alarm(till: Till, screen: EnteringAmount, words: Words) -> str:
    if not screen.entry.is_empty or not till.alarms:
        return ""
    return _trouble(words, till.alarms[-1].trouble)


def _printer(till: Till, screen: EnteringAmount, words: Words) -> str:
    return _trouble(words, till.printer_trouble) if screen.entry.is_empty else ""


def _unprinted(till: Till, screen: EnteringAmount, words: Words) -> str:
    if not screen.entry.is_empty or not tells_unprinted(till):
        return ""
    if len(till.unprinted) == 1:
        return words.tr("Not printed: {paper}.", paper=paper_name(till.unprinted[0], words))
    return words.trn(
        "{count} receipt was not printed.",
        "{count} receipts were not printed.",
        len(till.unprinted),
    )


def _near_limit(till: Till, screen: EnteringAmount, words: Words) -> str:
    if not is_near(till, screen.entry):
        return ""
    left = words.sats(left_today(till) or Sats(0))
    return words.tr("{subject} are left of today's limit.", subject=left)


def _on_the_way(till: Till, _screen: EnteringAmount, words: Words) -> str:
    if not till.unsettled:
        return ""
    return words.trn(
        "{count} paid, still on the way to the merchant",
        "{count} paid, still on the way to the merchant",
        till.unsettled,
    )


def _trouble(words: Words, trouble: Trouble | None) -> str:
    return "" if trouble is None else words.joined(*words.trouble_text(trouble))


# What is above outranks what is below. A function gives the sentence, empty when there is none.
BANNERS: Final[tuple[tuple[Icon, Tone, Callable[[Till, EnteringAmount, Words], str]], ...]] = (
    (Icon.WARNING, Tone.BAD, _refused),
    (Icon.WARNING, Tone.WARN, _stuck_key),
    (Icon.WARNING, Tone.WARN, _limit),
    (Icon.WARNING, Tone.WARN, _power_cut),
    (Icon.WARNING, Tone.WARN, _late_money),
    (Icon.WARNING, Tone.BAD, _alarm),
    (Icon.WARNING, Tone.WARN, _printer),
    (Icon.RECEIPT, Tone.WARN, _unprinted),
    (Icon.CLOCK, Tone.PLAIN, _near_limit),
    (Icon.ARROW, Tone.PLAIN, _on_the_way),
)
