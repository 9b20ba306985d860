"""What the screen says. Each trouble tells what happened, whether money is at risk, what to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.till import Link
from kiosk.sale.trouble import Trouble, TroubleKind

_SAFE: Final = "No money is at risk."
_KEPT: Final = "The money is safe in the till account."

TROUBLES: Final[Mapping[TroubleKind, tuple[str, str]]] = MappingProxyType(
    {
        TroubleKind.NO_CONNECTION: (
            "No connection to Blink.",
            f"{_SAFE} Check the Wi-Fi; it is tried again.",
        ),
        TroubleKind.BLINK_ODD: (
            "Blink gave an answer that makes no sense.",
            f"{_SAFE} Wait a minute, then try again.",
        ),
        TroubleKind.OUTCOME_UNKNOWN: (
            "Checking what became of the payment.",
            "Please do not charge the customer again.",
        ),
        TroubleKind.TOO_MANY_INVOICES: (
            "Too many invoices in a short time.",
            "Blink pauses for five minutes. Try again in {subject} seconds.",
        ),
        TroubleKind.KEY_REFUSED: (
            "Blink refuses the till's API key.",
            "Make a new key and set BLINKPOS_API_KEY.",
        ),
        TroubleKind.KEY_SCOPE: (
            "The till's API key may not do enough.",
            "It needs READ, RECEIVE and WRITE. Missing: {subject}.",
        ),
        TroubleKind.MERCHANT_KEY_REFUSED: (
            "Blink refuses the merchant's API key.",
            "Make a new key and set MERCHANT_API_KEY.",
        ),
        TroubleKind.MERCHANT_KEY_SCOPE: (
            "The merchant's API key may not do enough.",
            "It lacks {subject}. With RECEIVE alone, set MERCHANT_WALLET_ID.",
        ),
        TroubleKind.MERCHANT_UNKNOWN: (
            "Blink knows no merchant {subject}.",
            f"{_SAFE} Check MERCHANT_USERNAME.",
        ),
        TroubleKind.MERCHANT_CANNOT_RECEIVE: (
            "The merchant's account cannot receive.",
            f"{_SAFE} Ask Blink's support, or name another account.",
        ),
        TroubleKind.TILL_CANNOT_RECEIVE: (
            "The till's account cannot receive.",
            f"{_SAFE} Ask Blink's support.",
        ),
        TroubleKind.SAME_WALLET: (
            "Till and merchant are the same wallet.",
            "Give the merchant an account of his own.",
        ),
        TroubleKind.NO_BTC_WALLET: (
            "The wallet in the settings was not found.",
            "Check BLINKPOS_WALLET_ID and MERCHANT_WALLET_ID.",
        ),
        TroubleKind.CURRENCY_UNKNOWN: (
            "Blink has no prices in {subject}.",
            "Check KIOSK_CURRENCY.",
        ),
        TroubleKind.WRONG_SETTINGS: ("The settings file was refused.", "{subject}"),
        TroubleKind.AMOUNT_ZERO: ("Type an amount first.", ""),
        TroubleKind.AMOUNT_TOO_LARGE: ("Too much for one sale.", "At most {subject}."),
        TroubleKind.AMOUNT_TOO_LONG: ("No room for more digits.", ""),
        TroubleKind.NO_RATE: (
            "No fresh price for {subject}.",
            "Try again, or charge in sats.",
        ),
        TroubleKind.OVER_LIMIT: (
            "More than can be forwarded today.",
            "{subject} are left of today's limit.",
        ),
        TroubleKind.PAYMENT_UNDER_WAY: (
            "A payment is under way.",
            "Wait for it, or press C again to leave.",
        ),
        TroubleKind.PAYOUT_REFUSED: (
            "A payout did not look right and was not paid.",
            f"{_KEPT} Sale {{subject}}.",
        ),
        TroubleKind.PAID_BY_OTHERS: (
            "A payout was paid by somebody else.",
            f"{_KEPT} Sale {{subject}}.",
        ),
        TroubleKind.PAID_TWICE: (
            "A customer paid twice.",
            "The second payment stays in the till account. Sale {subject}.",
        ),
        TroubleKind.LIMIT_REACHED: (
            "Today's limit for forwarding is used up.",
            f"{_KEPT} It is forwarded when the limit allows.",
        ),
        TroubleKind.NO_BALANCE: (
            "The till account has too little for a payout.",
            "Top it up; the payout is tried again.",
        ),
        TroubleKind.JOURNAL_FULL: (
            "The memory card is full.",
            "No sales until there is room. Money already paid is safe at Blink.",
        ),
        TroubleKind.JOURNAL_BROKEN: (
            "The memory card cannot be written.",
            "No sales until it is repaired. Money already paid is safe at Blink.",
        ),
        TroubleKind.KEY_STUCK: ("The key {subject} is stuck.", ""),
        TroubleKind.POWER_CUT: (
            "The power went during a sale.",
            "It is being checked; a payment is not lost.",
        ),
        TroubleKind.PIN_WRONG: ("Wrong PIN.", ""),
        TroubleKind.PIN_LOCKED: ("Too many wrong PINs.", "Wait {subject} seconds."),
        TroubleKind.MENU_OFF: ("No manager PIN is set.", "Set KIOSK_PIN to use this menu."),
    }
)

LINKS: Final[Mapping[Link, str]] = MappingProxyType(
    {
        Link.STANDBY: "standby",
        Link.CONNECTING: "connecting",
        Link.LIVE: "live",
        Link.RECONNECTING: "reconnecting",
        Link.ASKING: "asking",
    }
)


def told(trouble: Trouble) -> tuple[str, str]:
    """What happened, and what to do, with what the trouble is about put in."""
    what, cure = TROUBLES[trouble.kind]
    return what.replace("{subject}", trouble.subject), cure.replace("{subject}", trouble.subject)
