"""Why money that was paid has not reached the merchant yet: one sentence for screen and command."""

from kiosk.sale.trouble import Trouble
from kiosk.screen.text.words import Words


def forward_reason(words: Words, trouble: Trouble | None) -> str:
    """What a forward has met, or that it has met nothing."""
    if trouble is None:
        return words.tr("It is on its way.")
    return words.trouble_text(trouble)[0]
