"""Who may see the page and send it: one phone, with the token of the code and the six digits.

Pure: a request and the time in, a verdict out. The server does what the verdict says.
"""

import hmac
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Final

TRIES: Final = 5
DIGITS_WITHIN_S: Final = 600.0
FORM_WITHIN_S: Final = 1800.0  # from the beginning: whoever has the digits has a key to paste
MOST_BODY_BYTES: Final = 65_536
REQUESTS_PER_S: Final = 20.0
REQUEST_BURST: Final = 60.0

DIGITS_PATH: Final = "digits"
FORM_PATH: Final = "form"


class Verdict(Enum):
    """What a request gets."""

    APPLE_PROBE = auto()
    ANDROID_PROBE = auto()
    WINDOWS_PROBE = auto()
    DIGITS_PAGE = auto()
    TRY_DIGITS = auto()
    FORM_PAGE = auto()
    TAKE_FORM = auto()
    SENT_PAGE = auto()
    NOT_FOUND = auto()
    OTHER_PHONE = auto()
    OTHER_ORIGIN = auto()
    TOO_LARGE = auto()
    TOO_MANY = auto()
    CLOSED = auto()


# What a phone asks to find out whether a network leads anywhere; answered as if it did, so that the
# phone stays in it.
PROBES: Final = {
    "/hotspot-detect.html": Verdict.APPLE_PROBE,
    "/library/test/success.html": Verdict.APPLE_PROBE,
    "/generate_204": Verdict.ANDROID_PROBE,
    "/gen_204": Verdict.ANDROID_PROBE,
    "/connecttest.txt": Verdict.WINDOWS_PROBE,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, as far as it matters here.

    `host` and `origin` are its headers, None where it has none. `body_bytes` is what it says of its
    length, None if it does not.
    """

    address: str
    method: str
    path: str
    host: str | None = None
    origin: str | None = None
    cookie: str = field(default="", repr=False)
    body_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Phone:
    """The one phone: its address, and the cookie that it was given."""

    address: str
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Gate:
    """What is known of this opening. `authority` is the page's host; times are monotonic."""

    token: str = field(repr=False)
    digits: str = field(repr=False)
    authority: str
    opened_s: float
    tries_left: int = TRIES
    phone: Phone | None = None
    is_sent: bool = False
    allowance: float = REQUEST_BURST
    last_visit_s: float = 0.0

    def is_late(self, now_s: float) -> bool:
        """Whether its time is over."""
        within_s = DIGITS_WITHIN_S if self.phone is None else FORM_WITHIN_S
        return now_s - self.opened_s >= within_s


def judge(gate: Gate, visit: Visit, now_s: float) -> tuple[Gate, Verdict]:
    """What a request gets, and what is known after it."""
    passed_s = max(0.0, now_s - gate.last_visit_s)
    allowance = min(REQUEST_BURST, gate.allowance + passed_s * REQUESTS_PER_S)
    gate = replace(gate, allowance=max(0.0, allowance - 1.0), last_visit_s=now_s)
    if allowance < 1.0:
        return gate, Verdict.TOO_MANY
    return gate, _verdict(gate, visit, now_s)


def try_digits(
    gate: Gate, visit: Visit, digits: str, cookie: str, now_s: float
) -> tuple[Gate, bool]:
    """Whether the digits open the page to this phone, which is given `cookie` then.

    A try counts before it is looked at.
    """
    if gate.phone is not None or gate.tries_left <= 0 or gate.is_late(now_s):
        return gate, False
    gate = replace(gate, tries_left=gate.tries_left - 1)
    if not _same(digits, gate.digits):
        return gate, False
    return replace(gate, phone=Phone(visit.address, cookie)), True


def sent(gate: Gate) -> Gate:
    """The form was right, and is taken: there is no second one."""
    return replace(gate, is_sent=True)


def _verdict(gate: Gate, visit: Visit, now_s: float) -> Verdict:
    is_post = visit.method == "POST"
    if visit.method not in ("GET", "HEAD", "POST"):
        return Verdict.NOT_FOUND
    if not is_post and (probe := PROBES.get(visit.path)) is not None:
        return probe
    token, _, rest = visit.path.removeprefix("/").partition("/")
    # A name that leads here by a foreign name server is another site.
    if visit.host != gate.authority or not _same(token, gate.token):
        return Verdict.NOT_FOUND
    if rest not in ((DIGITS_PATH, FORM_PATH) if is_post else ("",)):
        return Verdict.NOT_FOUND
    if gate.phone is not None and not _is_the_phone(gate.phone, visit):
        return Verdict.OTHER_PHONE
    if gate.is_sent:
        return Verdict.SENT_PAGE
    if gate.is_late(now_s) or (gate.phone is None and gate.tries_left <= 0):
        return Verdict.CLOSED
    if not is_post:
        return Verdict.DIGITS_PAGE if gate.phone is None else Verdict.FORM_PAGE
    if visit.origin != f"http://{gate.authority}":
        return Verdict.OTHER_ORIGIN
    if visit.body_bytes is None or visit.body_bytes > MOST_BODY_BYTES:
        return Verdict.TOO_LARGE
    if gate.phone is None:
        return Verdict.TRY_DIGITS if rest == DIGITS_PATH else Verdict.DIGITS_PAGE
    return Verdict.TAKE_FORM if rest == FORM_PATH else Verdict.FORM_PAGE


def _is_the_phone(phone: Phone, visit: Visit) -> bool:
    return phone.address == visit.address and _same(phone.cookie, visit.cookie)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())
