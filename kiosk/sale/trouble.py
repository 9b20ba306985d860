"""What can go wrong, in kinds that a merchant can act on.

The screen turns a kind into words in the merchant's language; `reason` is for the log.
"""

from dataclasses import dataclass
from enum import StrEnum


class TroubleKind(StrEnum):
    """One kind, one sentence on the screen, one cure."""

    # The way to Blink
    NO_CONNECTION = "no_connection"  # nothing was sent; safe to try again
    NAME_NOT_FOUND = "name_not_found"  # the name server does not answer, or not with an address
    BLOCKED = "blocked"  # HTTP 403, 404 and the like: a firewall or a gateway on the way
    CLOCK_WRONG = "clock_wrong"  # TLS says "not yet valid": a Pi has no clock of its own
    CERTIFICATE_ENDED = "certificate_ended"  # the clock is right: Blink has to renew it
    LOGIN_PAGE = "login_page"  # a portal answers, or one with a wrong certificate
    NETWORK_LOGIN = "network_login"  # HTTP 511: the network itself asks for a login
    BLINK_ODD = "blink_odd"  # an answer that makes no sense: HTML, wrong JSON, 5xx
    OUTCOME_UNKNOWN = "outcome_unknown"  # the request left and no answer came
    TOO_MANY_INVOICES = "too_many_invoices"  # 60 a minute, then blocked for 5 minutes
    TOO_MANY_SALES = "too_many_sales"  # opened here within a minute
    TOO_MANY_UNPAID = "too_many_unpaid"  # opened here within an hour and not paid
    # Settings and accounts
    KEY_REFUSED = "key_refused"  # 401 for the till's key
    KEY_SCOPE = "key_scope"  # the till's key lacks READ, RECEIVE or WRITE
    MERCHANT_KEY_REFUSED = "merchant_key_refused"
    MERCHANT_KEY_SCOPE = "merchant_key_scope"
    MERCHANT_UNKNOWN = "merchant_unknown"  # no such user, or a user without a BTC wallet
    MERCHANT_WALLET_CHANGED = "merchant_wallet_changed"  # another one behind the user name
    MERCHANT_CANNOT_RECEIVE = "merchant_cannot_receive"  # RECEIVE_DISABLED, inactive
    TILL_CANNOT_RECEIVE = "till_cannot_receive"
    SAME_WALLET = "same_wallet"  # till and merchant are one wallet: nothing to forward
    NO_BTC_WALLET = "no_btc_wallet"
    NO_PROOF = "no_proof"  # the address's server does not say whether an invoice was paid
    ADDRESS_UNUSABLE = "address_unusable"  # it answers what no till can use
    MERCHANT_MOVED = "merchant_moved"  # from a wallet at Blink to a Lightning address, or back
    FORWARDS_NEED_KEY = "forwards_need_key"  # of before direct sales, and the key is gone
    FORWARDS_NEED_MERCHANT = "forwards_need_merchant"  # of before, and nobody at Blink takes them
    ACCOUNT_CLOSES = "account_closes"  # Blink has named the day
    ACCOUNT_CLOSING = "account_closing"  # and here it has named none
    KEY_ENDS = "key_ends"  # the till's API key is no longer accepted from that day
    KEY_LEFT = "key_left"  # in direct sales, with nothing left to forward
    CURRENCY_UNKNOWN = "currency_unknown"
    WRONG_SETTINGS = "wrong_settings"  # the settings file from the boot partition was refused
    WRONG_ITEMS_FILE = "wrong_items_file"  # its items.csv was refused, and nothing else
    BOOT_FILE_LEFT = "boot_file_left"  # taken in, or a copy of it: anyone can read it there
    # The amount
    AMOUNT_ZERO = "amount_zero"
    AMOUNT_TOO_SMALL = "amount_too_small"  # for the merchant's address
    AMOUNT_TOO_LARGE = "amount_too_large"
    AMOUNT_TOO_LONG = "amount_too_long"
    SUM_TOO_LONG = "sum_too_long"  # no room for another item
    TYPED_IN_ANOTHER = "typed_in_another"  # than the one it is shown in
    NO_RATE = "no_rate"  # none, or older than two minutes
    PRICE_JUMPED = "price_jumped"  # by a fifth or more within an hour
    PRICE_DIGITS = "price_digits"  # served with other fraction digits than were accepted
    OVER_LIMIT = "over_limit"  # more than can be forwarded today, and the setting is `refuse`
    # Money
    PAYMENT_UNDER_WAY = "payment_under_way"  # cancel refused: somebody is paying right now
    PAYOUT_GUARDED = "payout_refused"  # the guard does not let it be paid (M3); a name on disk
    NO_PAYOUT = "no_payout"  # the merchant's account has given no invoice for minutes (M2)
    PAID_BY_OTHERS = "paid_by_others"  # the payout invoice is paid, but not by us (M6)
    PAID_BEFORE = "paid_before"  # our ledger shows another payout of this sale
    UNDECIDED = "undecided"  # of a lost journal: forwarded or not, nobody can say
    BEGUN_ELSEWHERE = "begun_elsewhere"  # the journal was used in another machine before
    PAID_TWICE = "paid_twice"  # one sale, two payments (M12)
    PAID_BOTH_CODES = "paid_both_codes"  # a code and the one that replaced it (M12)
    PAYMENT_UNPROVEN = "payment_unproven"  # said to be paid, without a proof: nobody knows
    RECEIVED_BOTH_CODES = "received_both_codes"  # a direct sale's code and the one after it
    RECEIVED_LATE = "received_late"  # a direct sale's code that was given up has been paid
    PAID_LATE = "paid_late"  # a code that was given up has been paid (M8)
    LIMIT_REACHED = "limit_reached"  # Blink will not forward more today
    NO_BALANCE = "no_balance"
    # The device
    JOURNAL_FULL = "journal_full"
    JOURNAL_BROKEN = "journal_broken"
    KEEPS_FAILING = "keeps_failing"  # the program has ended again and again
    PANEL_MISSING = "panel_missing"  # KIOSK_GPIO is `on`, and there is none or a pin is taken
    KEY_STUCK = "key_stuck"
    SPEAKER_HANGS = "speaker_hangs"
    PRINTER_GONE = "printer_gone"  # switched off, unplugged, or not reached
    PRINTER_NO_PAPER = "printer_no_paper"
    PRINTER_OPEN = "printer_open"  # its cover
    PRINTER_STOPPED = "printer_stopped"  # it is there, and takes nothing
    PRINTER_REFUSED = "printer_refused"  # may not be opened, or is no printer
    SCREEN_TOUCHED = "screen_touched"  # all the time, by something that is no finger
    COPY_NO_STICK = "copy_no_stick"  # none for the second copies of the books
    COPY_STICK_FULL = "copy_stick_full"
    COPY_STICK_LOCKED = "copy_stick_locked"  # it can only be read
    COPY_FAILED = "copy_failed"  # pulled out meanwhile, or damaged
    POWER_CUT = "power_cut"  # a sale was on the screen when the power went
    CASHIER_UNKNOWN = "cashier_unknown"  # nobody in the list has this code
    PIN_WRONG = "pin_wrong"
    PIN_GUESSED = "pin_guessed"  # wrong ones before the right one
    PIN_LOCKED = "pin_locked"
    MENU_OFF = "menu_off"  # no PIN is set, so there are no manager's screens


@dataclass(frozen=True, slots=True)
class Trouble:
    """A kind with what its sentence names.

    `subject` is shown (whole sats, seconds, a user name, a key's legend) and never holds a
    secret; `reason` is the developer's: it goes to the log, never to the screen, and holds no
    secret either.
    """

    kind: TroubleKind
    subject: str = ""
    reason: str = ""

    @property
    def noted(self) -> str:
        """The text that the journal keeps; `trouble_noted` reads it again."""
        return f"{self.kind}: {self.reason}" if self.reason else str(self.kind)


def trouble_noted(text: str, subject: str) -> Trouble | None:
    """The trouble behind a noted text, None if that is not its form (older journals)."""
    kind, _, reason = text.partition(": ")
    return Trouble(TroubleKind(kind), subject, reason) if kind in frozenset(TroubleKind) else None


class KioskError(Exception):
    """An error that a door could not put right, already translated into a `Trouble`."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(f"{trouble.kind}: {trouble.reason or trouble.subject}")
        self.trouble = trouble


class Contradiction(AssertionError):
    """A fact contradicts what is recorded; nothing was recorded of it."""


class RestartNeeded(KioskError):
    """Only a new start of the program can put this right, and a new start does."""
