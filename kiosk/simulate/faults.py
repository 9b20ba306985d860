"""Every misbehaviour of Blink, of a proxy or of a radio link, as a switch."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum


class Fault(StrEnum):
    """What can be made to go wrong; `meaning` says what the kiosk then sees."""

    meaning: str

    def __new__(cls, name: str, meaning: str) -> "Fault":
        """Make a member whose value is `name`, as typed on the command line."""
        member = str.__new__(cls, name)
        member._value_ = name
        member.meaning = meaning
        return member

    # The way there and back.
    DELAY_REQUEST = "delay-request", "the request reaches Blink `seconds` later"
    DELAY_ANSWER = "delay-answer", "the answer leaves `seconds` later"
    REQUEST_LOST = "request-lost", "the connection drops before anything happened"
    ANSWER_LOST_AFTER = "answer-lost-after", "it happens, and the connection drops unanswered"
    NEVER_ANSWERED = "never-answered", "nothing happens, and nothing is ever answered"
    NEVER_ANSWERED_AFTER = "never-answered-after", "it happens and is never answered"
    ANSWER_CUT = "answer-cut", "it happens, and the answer breaks off in the middle"
    # Proxies and portals, all before anything happened unless said otherwise.
    HTTP_401 = "http-401", "HTTP 401, an HTML page: what a bad key gets"
    HTTP_403 = "http-403", "HTTP 403, an HTML page: a firewall on the way"
    HTTP_404 = "http-404", "HTTP 404, an HTML page: a gateway that knows no Blink"
    HTTP_408 = "http-408", "HTTP 408, an HTML page: a gateway that waited too long"
    HTTP_429 = "http-429", "HTTP 429, an HTML page: too many requests"
    HTTP_502 = "http-502", "HTTP 502, an HTML page"
    HTTP_503 = "http-503", "HTTP 503, an HTML page"
    HTTP_504 = "http-504", "HTTP 504, an HTML page"
    HTTP_511 = "http-511", "HTTP 511, an HTML page: the network wants a login"
    HTTP_504_AFTER = "http-504-after", "it happens, and HTTP 504 is answered"
    CAPTIVE_PORTAL = "captive-portal", "HTTP 200 with the HTML page of a Wi-Fi portal"
    CAPTIVE_REDIRECT = "captive-redirect", "HTTP 302 to the login page of a Wi-Fi portal"
    HTTP_RATE_LIMIT = "http-rate-limit", "120 requests a minute (burst 2400, or `value`), then 429"
    # Odd answers, after it happened.
    MALFORMED_JSON = "malformed-json", "it happens, and the answer is not JSON"
    WRONG_SHAPE = "wrong-shape", "it happens, and the answer is a JSON list"
    NULL_FIELDS = "null-fields", "it happens, and every field of the answer is null"
    UNKNOWN_STATUS = "unknown-status", "every status in the answer or event is an unknown one"
    # Refusals with a code; nothing happened.
    LIMIT_REACHED = "limit-reached", "TRANSACTION_RESTRICTED: the daily limit is used up"
    INSUFFICIENT_BALANCE = "insufficient-balance", "INSUFFICIENT_BALANCE"
    RECEIVE_DISABLED = "receive-disabled", "RECEIVE_DISABLED: the account may not receive any more"
    INVOICE_BLOCK = "invoice-block", "TOO_MANY_REQUEST: blocked from creating invoices"
    DUPLICATE_EXTERNAL_ID = "duplicate-external-id", "INVALID_INPUT: the external id exists already"
    LND_OFFLINE = "lnd-offline", "LND_OFFLINE"
    DB_ERROR = "db-error", "DB_ERROR"
    UNEXPECTED_CLIENT_ERROR = "unexpected-client-error", "UNEXPECTED_CLIENT_ERROR: lock not free"
    # Sends.
    FAILURE_AFTER = "failure-after", "FAILURE is answered although the money moved"
    PENDING_SETTLES = "pending-settles", "PENDING is answered; the money arrives `seconds` later"
    PENDING_REVERSES = "pending-reverses", "PENDING is answered; the money is back `seconds` later"
    PAID_BY_SOMEBODY_ELSE = "paid-by-somebody-else", "a stranger pays it first: ALREADY_PAID"
    # Invoices that are not what was asked for.
    WRONG_NETWORK = "wrong-network", "the invoice is for another network"
    WRONG_AMOUNT = "wrong-amount", "the invoice is for one sat more"
    WRONG_PAYEE = "wrong-payee", "the invoice is signed by a node that is not Blink's"
    WRONG_HASH = "wrong-hash", "the answer names another hash than the invoice does"
    # Names and proofs, for who is paid without a till account.
    ACCOUNT_UNKNOWN = "account-unknown", "accountDefaultWallet knows nobody of that name"
    ACCOUNT_INACTIVE = "account-inactive", "accountDefaultWallet says that the account is inactive"
    PREIMAGE_MISSING = "preimage-missing", "a paid status comes without its preimage"
    # Lightning addresses (LNURL-pay with verify).
    ADDRESS_UNKNOWN = "address-unknown", "there is no such name at the address's server"
    ADDRESS_REDIRECT = "address-redirect", "the answer is a redirect to the same place"
    PAYER_DATA_WANTED = "payer-data-wanted", "the server must know who pays (LUD-18)"
    CALLBACK_PRIVATE = "callback-private", "the callback is an address in a private network"
    SAME_INVOICE_AGAIN = "same-invoice-again", "the invoice of before is handed out again"
    DESCRIPTION_HASH_WRONG = "description-hash-wrong", "the invoice describes something else"
    DESCRIPTION_HASH_MISSING = "description-hash-missing", "the invoice has no description hash"
    COMMENT_DROPS_HASH = "comment-drops-hash", "no description hash when there is a comment"
    VERIFY_MISSING = "verify-missing", "the invoice comes without verify"
    VERIFY_NULL = "verify-null", "the invoice comes with a verify that is null"
    VERIFY_NOT_FOUND = "verify-not-found", "verify knows no such invoice"
    VERIFY_LIES = "verify-lies", "verify says settled although nobody has paid, without a preimage"
    VERIFY_NO_PREIMAGE = "verify-no-preimage", "verify says settled and gives no preimage"
    VERIFY_WRONG_PREIMAGE = "verify-wrong-preimage", "verify gives another preimage"
    VERIFY_UPPER_CASE = "verify-upper-case", "verify gives the preimage in upper case"
    VERIFY_OTHER_PR = "verify-other-pr", "verify names another invoice"
    VERIFY_LAGS = "verify-lags", "verify sees a payment `seconds` after it was first asked"
    # What is known about the world.
    NODES_EMPTY = "nodes-empty", "globals.nodesIds is an empty list"
    PRICE_DEAD = "price-dead", "no price: PRICE_SERVICE_OFFLINE, and no ticks"
    PRICE_STALE = "price-stale", "the price is `seconds` old (600)"
    PRICE_ABSURD = "price-absurd", "the price is `value` (1) to the base"
    WIND_DOWN_PRE_CUTOFF = "wind-down-pre-cutoff", "the account will be closed; it still receives"
    WIND_DOWN_RECEIVE_DISABLED = "wind-down-receive-disabled", "the account no longer receives"
    WIND_DOWN_GATED_CLOSED = "wind-down-gated-closed", "the account is closed"
    API_KEY_ENDS = "api-key-ends", "the API key that asks ends in `seconds` (a day)"
    API_KEYS_FAIL = "api-keys-fail", "me.apiKeys is an error, which takes `me` with it"
    # Sockets.
    SOCKET_REFUSED = "socket-refused", "the upgrade is answered with HTTP 503, or `value`"
    SOCKET_LIMIT = "socket-limit", "10 sockets from one address, or `value`; more get HTTP 503"
    SOCKET_RATE_LIMIT = "socket-rate-limit", "10 connects a minute (burst 20); more get HTTP 503"
    SOCKET_CLOSED = "socket-closed", "closed with 1001, or `value`, `seconds` after subscribing"
    SOCKET_CUT = "socket-cut", "the connection drops (1006) `seconds` after subscribing"
    SOCKET_HALF_OPEN = "socket-half-open", "nobody is there any more, not even for a PING"
    SOCKET_SILENT = "socket-silent", "PINGs are answered, no event ever comes"
    ACK_DELAYED = "ack-delayed", "connection_ack comes `seconds` later"
    ACK_NEVER = "ack-never", "connection_ack never comes"
    NOT_AUTHENTICATED = "not-authenticated", "a good key reads Not Authenticated for subscription"
    # Events.
    FIRST_EVENT_LOST = "first-event-lost", "the status at subscribing is never sent"
    PAID_EVENT_LOST = "paid-event-lost", "the event of the payment is never sent"
    PAID_EVENT_DOUBLED = "paid-event-doubled", "the event of the payment comes twice"
    PAID_EVENT_LATE = "paid-event-late", "the event of the payment comes `seconds` later"
    PAID_EVENT_OTHER_HASH = "paid-event-other-hash", "another's payment is announced here first"
    EXPIRED_BEFORE_PAID = "expired-before-paid", "EXPIRED comes just before PAID"
    PENDING_AFTER_PAID = "pending-after-paid", "PENDING comes just after PAID"
    ERROR_EVENT = "error-event", "the event of the payment is an error instead"

    @classmethod
    def parse(cls, name: str) -> "Fault":
        """Return the fault called `name`, in any case, with - or _ between its words.

        Raises:
            ValueError: there is no such fault.
        """
        wanted = name.strip().lower().replace("_", "-")
        for fault in cls:
            if fault == wanted:
                return fault
        raise ValueError(f"there is no fault called {name}")


@dataclass(frozen=True, slots=True)
class Switch:
    """One fault that is on: for which operation (None is any), how often (None is for ever)."""

    fault: Fault
    operation: str | None = None
    times: int | None = None
    seconds: float | None = None
    value: int | None = None

    def __str__(self) -> str:
        """Return the switch as typed on the command line."""
        return f"{self.fault}:{self.operation or '*'}:{'*' if self.times is None else self.times}"

    @classmethod
    def parse(cls, text: str) -> "Switch":
        """Read NAME[:OPERATION[:TIMES]], where an empty or * part means any or for good.

        Raises:
            ValueError: there is no such fault, or TIMES is no number.
        """
        name, operation, times, *_ = (*text.split(":", 2), "", "")
        return cls(
            Fault.parse(name),
            None if operation in ("", "*") else operation,
            None if times in ("", "*") else int(times),
        )


class Faults:
    """The switches that are on now; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._switches: list[Switch] = []
        self._struck: Counter[Fault] = Counter()
        self._listeners: list[Callable[[], None]] = []

    def add(
        self,
        fault: Fault,
        operation: str | None = None,
        times: int | None = None,
        *,
        seconds: float | None = None,
        value: int | None = None,
    ) -> None:
        """Turn `fault` on for `operation` (a root field, None is any), `times` times or for good.

        `seconds` and `value` mean what the fault's meaning says. Socket faults strike sockets
        that are open now as well.
        """
        with self._lock:
            self._switches.append(Switch(fault, operation, times, seconds, value))
        for on_change in tuple(self._listeners):
            on_change()

    def clear(self, fault: Fault | None = None) -> None:
        """Turn `fault` off, or everything."""
        with self._lock:
            kept = () if fault is None else self._switches
            self._switches = [switch for switch in kept if switch.fault is not fault]

    def active(self) -> tuple[Switch, ...]:
        """Return what is on, oldest first."""
        with self._lock:
            return tuple(self._switches)

    def struck(self, fault: Fault) -> int:
        """Return how often `fault` has happened so far."""
        with self._lock:
            return self._struck[fault]

    def take(self, fault: Fault, operation: str | None) -> Switch | None:
        """Use up one of `fault` for `operation`, or return None if it is not on."""
        with self._lock:
            for place, switch in enumerate(self._switches):
                if switch.fault is fault and switch.operation in (None, operation):
                    self._struck[fault] += 1
                    if switch.times is not None and switch.times <= 1:
                        del self._switches[place]
                    elif switch.times is not None:
                        self._switches[place] = replace(switch, times=switch.times - 1)
                    return switch
            return None

    def peek(self, fault: Fault) -> Switch | None:
        """Return the switch of `fault` without using it up."""
        return next((switch for switch in self.active() if switch.fault is fault), None)

    def listen(self, on_change: Callable[[], None]) -> None:
        """Call `on_change` after every `add`, in the thread that added."""
        self._listeners.append(on_change)


def table() -> str:
    """Return every fault with its meaning, one per line."""
    width = max(len(fault) for fault in Fault)
    return "\n".join(f"{fault:<{width}}  {fault.meaning}" for fault in Fault)
