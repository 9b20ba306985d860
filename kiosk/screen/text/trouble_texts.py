"""What each trouble says: what happened, whether money is at risk, what to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from kiosk.sale.trouble import TroubleKind
from kiosk.screen.text.catalogs import mark

# Their subject is whole sats, which the language writes in its own way.
IN_SATS: Final = frozenset(
    {
        TroubleKind.AMOUNT_TOO_LARGE,
        TroubleKind.OVER_LIMIT,
        TroubleKind.PAID_BOTH_CODES,
        TroubleKind.AMOUNT_TOO_SMALL,
        TroubleKind.PAYMENT_UNPROVEN,
        TroubleKind.RECEIVED_BOTH_CODES,
        TroubleKind.RECEIVED_LATE,
        TroubleKind.PAID_LATE,
    }
)

# Their subject is a day, Unix seconds.
IN_DAYS: Final = frozenset({TroubleKind.ACCOUNT_CLOSES, TroubleKind.KEY_ENDS})

TROUBLES: Final[Mapping[TroubleKind, tuple[str, str]]] = MappingProxyType(
    {
        TroubleKind.NO_CONNECTION: (
            mark("No connection to Blink."),
            mark("No money is at risk. Check the Wi-Fi; it is tried again."),
        ),
        TroubleKind.BLINK_ODD: (
            mark("Blink gave an answer that makes no sense."),
            mark("No money is at risk. Wait a minute, then try again."),
        ),
        TroubleKind.CLOCK_WRONG: (
            mark("The clock of this box is wrong."),
            mark("The network sets it within minutes; sales go on by themselves then."),
        ),
        TroubleKind.CERTIFICATE_ENDED: (
            mark("Blink's certificate is not valid now."),
            mark("No money is at risk. Only Blink can renew it; it is tried again."),
        ),
        TroubleKind.NAME_NOT_FOUND: (
            mark("The network cannot find Blink."),
            mark("No money is at risk. Check the router and its internet; it is tried again."),
        ),
        TroubleKind.BLOCKED: (
            mark("Something in the network turns the till away."),
            mark("No money is at risk. Perhaps a firewall; try another network."),
        ),
        TroubleKind.NETWORK_LOGIN: (
            mark("This network wants a login first."),
            mark("No money is at risk. Log in with another device, or take another network."),
        ),
        TroubleKind.LOGIN_PAGE: (
            mark("This network does not lead to Blink."),
            mark("No money is at risk. Perhaps the Wi-Fi wants a login first."),
        ),
        TroubleKind.OUTCOME_UNKNOWN: (
            mark("Checking what became of the payment."),
            mark("Please do not charge the customer again."),
        ),
        TroubleKind.TOO_MANY_INVOICES: (
            mark("Too many invoices in a short time."),
            mark("Blink pauses for five minutes. Try again in {subject} s."),
        ),
        TroubleKind.TOO_MANY_SALES: (
            mark("Too many codes within a minute."),
            mark("Try again in {subject} s."),
        ),
        TroubleKind.TOO_MANY_UNPAID: (
            mark("Too many unpaid codes within an hour."),
            mark("Try again in {subject} min."),
        ),
        TroubleKind.KEY_REFUSED: (
            mark("Blink refuses the till's API key."),
            mark("Make a new key at dashboard.blink.sv and set BLINKPOS_API_KEY."),
        ),
        TroubleKind.KEY_SCOPE: (
            mark("The till's API key may not do enough."),
            mark(
                "It lacks {subject}. Make one with READ, RECEIVE and WRITE at dashboard.blink.sv."
            ),
        ),
        TroubleKind.MERCHANT_KEY_REFUSED: (
            mark("Blink refuses the merchant's API key."),
            mark("Make a new key at dashboard.blink.sv and set MERCHANT_API_KEY."),
        ),
        TroubleKind.MERCHANT_KEY_SCOPE: (
            mark("The merchant's API key may not do enough."),
            mark("It lacks {subject}. With RECEIVE alone, set MERCHANT_WALLET_ID."),
        ),
        TroubleKind.MERCHANT_UNKNOWN: (
            mark("Blink knows no merchant {subject}."),
            mark("No money is at risk. Check MERCHANT_USERNAME."),
        ),
        TroubleKind.MERCHANT_WALLET_CHANGED: (
            mark("{subject} has another wallet at Blink now."),
            mark("The wallet of before is paid. Ask the merchant; to pay the new one, try again."),
        ),
        TroubleKind.MERCHANT_CANNOT_RECEIVE: (
            mark("The merchant's account cannot receive."),
            mark("No money is at risk. Ask Blink's support, or name another account."),
        ),
        TroubleKind.TILL_CANNOT_RECEIVE: (
            mark("The till's account cannot receive."),
            mark("No money is at risk. Ask Blink's support."),
        ),
        TroubleKind.SAME_WALLET: (
            mark("Till and merchant are the same wallet."),
            mark("Give the merchant an account of his own."),
        ),
        TroubleKind.NO_BTC_WALLET: (
            mark("The wallet in the settings was not found."),
            mark("Check BLINKPOS_WALLET_ID and MERCHANT_WALLET_ID."),
        ),
        TroubleKind.ACCOUNT_CLOSES: (
            mark("Blink closes the till account: {subject}."),
            mark("Before that, set KIOSK_RECEIVE to direct."),
        ),
        TroubleKind.ACCOUNT_CLOSING: (
            mark("Blink is closing the till account."),
            mark("Before that, set KIOSK_RECEIVE to direct."),
        ),
        TroubleKind.KEY_ENDS: (
            mark("The till's API key ends: {subject}."),
            mark("Make a new key and give it by phone: Manager, Box, Settings."),
        ),
        TroubleKind.KEY_LEFT: (
            mark("An API key is left on this till."),
            mark("Nothing needs it. Take it out of the settings: {subject}."),
        ),
        TroubleKind.CURRENCY_UNKNOWN: (
            mark("Blink has no prices in {subject}."),
            mark("Check KIOSK_CURRENCY and KIOSK_ITEMS."),
        ),
        TroubleKind.WRONG_SETTINGS: (
            mark("The settings cannot be used."),
            mark("Wrong or missing: {subject}. Correct kiosk.env on the card's boot partition."),
        ),
        TroubleKind.WRONG_ITEMS_FILE: (
            mark("The quick items were not taken in."),
            mark("Wrong: {subject}. Correct it on the card's boot partition."),
        ),
        TroubleKind.BOOT_FILE_LEFT: (
            mark("A file is left on the card's boot partition."),
            mark("Anyone can read what is in it. Delete it: {subject}."),
        ),
        TroubleKind.AMOUNT_ZERO: (mark("Type an amount first."), ""),
        TroubleKind.AMOUNT_TOO_LARGE: (mark("Too much for one sale."), mark("At most {subject}.")),
        TroubleKind.AMOUNT_TOO_LONG: (mark("No room for more digits."), ""),
        TroubleKind.SUM_TOO_LONG: (
            mark("No room for more items."),
            mark("Charge this sum first."),
        ),
        TroubleKind.TYPED_IN_ANOTHER: (
            mark("This amount was typed in {subject}."),
            mark("Go on typing, or clear it first."),
        ),
        TroubleKind.NO_RATE: (
            mark("No fresh price for {subject}."),
            mark("Try again, or charge in sats."),
        ),
        TroubleKind.PRICE_JUMPED: (mark("The price has jumped."), ""),
        TroubleKind.PRICE_DIGITS: (
            mark("Blink writes {subject} in another way."),
            mark("The manager has to confirm it behind the PIN."),
        ),
        TroubleKind.OVER_LIMIT: (
            mark("More than can be forwarded today."),
            mark("{subject} are left of today's limit."),
        ),
        TroubleKind.PAYMENT_UNDER_WAY: (
            mark("A payment is under way."),
            mark("Wait for it, or press C again to leave."),
        ),
        TroubleKind.PAYOUT_GUARDED: (
            mark("A payout did not look right and was not paid."),
            mark("The money is safe in the till account. Sale {subject}."),
        ),
        TroubleKind.NO_PAYOUT: (
            mark("The merchant's account gives no invoice."),
            mark("Money already paid waits in the till account. No sales until it works again."),
        ),
        TroubleKind.PAID_BY_OTHERS: (
            mark("A payout was paid by somebody else."),
            mark("The money is safe in the till account. Sale {subject}."),
        ),
        TroubleKind.PAID_BEFORE: (
            mark("A sale seems to be forwarded already."),
            mark("Nothing more is paid for it. Compare sale {subject} with Blink's list."),
        ),
        TroubleKind.UNDECIDED: (
            mark("A sale was lost with the memory card."),
            mark("Nothing more is paid for it. Compare sale {subject} with Blink's list."),
        ),
        TroubleKind.BEGUN_ELSEWHERE: (
            mark("A sale began in another machine."),
            mark("Its money waits. Switch that one off, then try again. Sale {subject}."),
        ),
        TroubleKind.PAID_TWICE: (
            mark("A customer paid twice."),
            mark("The second payment stays in the till account. Sale {subject}."),
        ),
        TroubleKind.PAID_BOTH_CODES: (
            mark("A customer paid two codes of one sale."),
            mark("Both are forwarded. Give back {subject}."),
        ),
        TroubleKind.NO_PROOF: (
            mark("{subject} does not tell a till what was paid."),
            mark(
                "Take an address at blink.sv, getalby.com, coinos.io, minibits.cash or speed.app."
            ),
        ),
        TroubleKind.ADDRESS_UNUSABLE: (
            mark("{subject} gives answers that no till can use."),
            mark("No money is at risk. Set another MERCHANT_ADDRESS."),
        ),
        TroubleKind.MERCHANT_MOVED: (
            mark("{subject} has moved at Blink."),
            mark("Sales go on. If nobody moved it, ask Blink's support."),
        ),
        TroubleKind.FORWARDS_NEED_MERCHANT: (
            mark("Still to be forwarded: {subject}."),
            mark("The money is safe. Set MERCHANT_API_KEY, or KIOSK_RECEIVE to forward."),
        ),
        TroubleKind.FORWARDS_NEED_KEY: (
            mark("Still to be forwarded: {subject}."),
            mark("The money is safe. Set BLINKPOS_API_KEY again."),
        ),
        TroubleKind.AMOUNT_TOO_SMALL: (
            mark("Less than the merchant's address takes."),
            mark("At least {subject} can be charged."),
        ),
        TroubleKind.PAYMENT_UNPROVEN: (
            mark("Perhaps paid: {subject}."),
            mark("Check the wallet before charging again."),
        ),
        TroubleKind.RECEIVED_BOTH_CODES: (
            mark("A customer paid two codes of one sale."),
            mark("The merchant has both. Give back {subject}."),
        ),
        TroubleKind.RECEIVED_LATE: (
            mark("A code that was given up has been paid: {subject}."),
            mark("The merchant has it. Press the key with the tick to put this away."),
        ),
        TroubleKind.PAID_LATE: (
            mark("A code that was given up has been paid: {subject}."),
            mark("It is forwarded. Press the key with the tick to put this away."),
        ),
        TroubleKind.LIMIT_REACHED: (
            mark("Today's limit for forwarding is used up."),
            mark("The money is safe in the till account. It is forwarded when the limit allows."),
        ),
        TroubleKind.NO_BALANCE: (
            mark("The till account has too little for a payout."),
            mark("Top it up; the payout is tried again."),
        ),
        TroubleKind.JOURNAL_FULL: (
            mark("The memory card is full."),
            mark("No sales until there is room. Money already paid is safe at Blink."),
        ),
        TroubleKind.JOURNAL_BROKEN: (
            mark("The memory card cannot be written."),
            mark("No sales until it is repaired. Money already paid is safe at Blink."),
        ),
        TroubleKind.KEEPS_FAILING: (
            mark("The till keeps failing."),
            mark("It is started again by itself. Money already paid is safe at Blink."),
        ),
        TroubleKind.PANEL_MISSING: (mark("The keypad cannot be used."), "{subject}"),
        TroubleKind.KEY_STUCK: (mark("The key {subject} is stuck."), ""),
        TroubleKind.SPEAKER_HANGS: (
            mark("The speaker does not answer."),
            mark("The till is silent until it is started again. Sales go on."),
        ),
        TroubleKind.PRINTER_GONE: (
            mark("The receipt printer does not answer."),
            mark("Check its power and its cable. Sales go on."),
        ),
        TroubleKind.PRINTER_NO_PAPER: (
            mark("The receipt printer has no paper."),
            mark("Put in a new roll. Sales go on."),
        ),
        TroubleKind.PRINTER_OPEN: (
            mark("The receipt printer is open."),
            mark("Close its cover. Sales go on."),
        ),
        TroubleKind.PRINTER_STOPPED: (
            mark("The receipt printer has stopped."),
            mark("Switch it off and on again. Sales go on."),
        ),
        TroubleKind.PRINTER_REFUSED: (
            mark("The receipt printer cannot be used."),
            mark("Run kiosk doctor, which says why. Sales go on."),
        ),
        TroubleKind.SCREEN_TOUCHED: (
            mark("Something touches the screen all the time."),
            mark("Wipe it dry and take away what touches it."),
        ),
        TroubleKind.COPY_NO_STICK: (
            mark("No second copy of the books was made."),
            mark("Plug in the USB stick named KIOSKCOPY. Sales go on."),
        ),
        TroubleKind.COPY_STICK_FULL: (
            mark("No second copy of the books was made."),
            mark("The USB stick is full. Make room, or take another one. Sales go on."),
        ),
        TroubleKind.COPY_STICK_LOCKED: (
            mark("No second copy of the books was made."),
            mark("The USB stick can only be read. Take another one. Sales go on."),
        ),
        TroubleKind.COPY_FAILED: (
            mark("No second copy of the books was made."),
            mark("The USB stick was pulled out or is damaged. Sales go on."),
        ),
        TroubleKind.POWER_CUT: (
            mark("The power went during a sale."),
            mark("It is being checked; a payment is not lost."),
        ),
        TroubleKind.CASHIER_UNKNOWN: (mark("No cashier has the digits {subject}."), ""),
        TroubleKind.PIN_WRONG: (mark("Wrong PIN."), ""),
        TroubleKind.PIN_GUESSED: (
            mark("Wrong PINs before this one: {subject}."),
            mark("If it was not you, change KIOSK_PIN."),
        ),
        TroubleKind.PIN_LOCKED: (mark("Too many wrong PINs."), mark("Wait {subject} s.")),
        TroubleKind.MENU_OFF: (
            mark("No manager PIN is set."),
            mark("Set KIOSK_PIN to use this menu."),
        ),
    }
)
