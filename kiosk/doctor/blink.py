"""The way to Blink, and what its answers mean for the next sale."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from kiosk.doctor.finding import Finding, good, note, stop
from kiosk.sale.account import Account, DirectPayee
from kiosk.sale.account_ends import TOLD_BEFORE_S
from kiosk.sale.days import DAY_S
from kiosk.sale.trouble import Trouble
from kiosk.wallet.connectivity import Connectivity, NetworkPart

CLOCK_SLACK_S: Final = 60
CERTIFICATE_DAYS: Final = 3

_CURES: Final = {
    NetworkPart.NAME: "check the network, and the name server of the router",
    NetworkPart.CONNECTION: "check the network; a firewall must let ports 443 out",
    NetworkPart.CERTIFICATE: "is the clock right? Else somebody stands between the till and Blink",
    NetworkPart.SOCKET: "a proxy or firewall that cuts WebSockets",
    NetworkPart.LIMITED: "Blink gives an address ten sockets: close other tills on this network",
}


def api(reached: Connectivity) -> Finding:
    """No sale without it."""
    if reached.failed is None:
        return _reached("network", reached)
    words = f"{reached.host}: {_WORDS[reached.failed]} ({reached.reason})"
    return stop("network", words, _CURES[reached.failed])


def socket(reached: Connectivity) -> Finding:
    """A sale works by asking when there is no socket, only slower."""
    if reached.failed is None:
        return _reached("socket", reached)
    words = f"{reached.host}: {_WORDS[reached.failed]} ({reached.reason}); sales work by asking"
    return note("socket", words, _CURES[reached.failed])


def refused(sentence: tuple[str, str], trouble: Trouble) -> Finding:
    """Fetching the account failed; `trouble_text` is what the screen says."""
    what, cure = sentence
    return stop("account", f"{what} ({trouble.reason or trouble.kind})", cure or what)


def account(reading: Account, now_s: int) -> Iterator[Finding]:
    """What was learned when the account was fetched. `now_s` is this machine's Unix time."""
    if reading.payee is not None:
        yield _direct(reading, reading.payee)
        if reading.not_served:
            yield _not_served(reading)
        yield _clock(reading.server_unix_s, now_s)
        return
    yield good("account", f"key and scopes are right, network {reading.network}")
    yield good("merchant", f"{reading.merchant_name or reading.merchant_wallet} can be paid")
    if reading.nodes:
        yield good("guard", f"payouts only to {len(reading.nodes)} nodes of Blink")
    else:
        yield note(
            "guard", "Blink names no nodes now: any payee is accepted", "run this again in an hour"
        )
    yield _limit(reading)
    yield _closing(reading)
    yield _key_end(reading, now_s)
    if reading.not_served:
        yield _not_served(reading)
    yield _clock(reading.server_unix_s, now_s)


def other_wallet(username: str) -> Finding:
    """The merchant's user name stands for another wallet than the one that is paid."""
    return note(
        "merchant",
        f"{username} has another wallet at Blink now; the wallet of before is paid",
        "ask the merchant; to pay the new one, press Try again now in the manager's pages",
    )


def keys_left(names: tuple[str, ...]) -> Finding:
    """Direct sales need no key: it is a secret too many, once the forwards of before are done."""
    return note(
        "key",
        f"still set: {', '.join(names)}; only forwards of before use it",
        "when `kiosk forwards` lists none, take it out of the settings",
    )


def _direct(reading: Account, payee: DirectPayee) -> Finding:
    """Who is paid in direct sales, and how it is known that he was."""
    if payee.address is None:
        return good("merchant", f"{reading.merchant_name} is paid at Blink, without a key")
    most = f" to {payee.most}" if payee.most is not None else ""
    words = f"{reading.merchant_name} proves payments, {payee.least}{most} sat"
    return good("merchant", words)


def _not_served(reading: Account) -> Finding:
    names = ", ".join(reading.not_served)
    return note("served", f"Blink no longer serves {names}", "sats work; look for an update")


def _limit(reading: Account) -> Finding:
    if reading.limit_left is None:
        return note(
            "limit", "Blink did not say what can be forwarded today", "run this again later"
        )
    words = f"${reading.limit_left / 100:,.2f} can be forwarded today"
    if reading.limit_left > 0:
        return good("limit", words)
    return note("limit", words, "KIOSK_OVER_LIMIT decides; a verified account at Blink has more")


def _closing(reading: Account) -> Finding:
    if reading.wind_down is None:
        return good("notice", "Blink is not closing the account")
    closing = reading.wind_down
    words = f"Blink is closing this account: {closing.status}"
    if closing.receive_disabled_at is not None:
        words += f", no sales from {_day(closing.receive_disabled_at)}"
    if closing.final_deadline is not None:
        words += f", closed on {_day(closing.final_deadline)}"
    return note("notice", words, "change to direct sales before that: docs/direct.md")


def _key_end(reading: Account, now_s: int) -> Finding:
    if reading.key_ends_at is None:
        return good("key", "no end of the till's API key is known")
    days = (reading.key_ends_at - now_s) // DAY_S
    words = f"the till's API key ends on {_day(reading.key_ends_at)}, in {days} days"
    if reading.key_ends_at - now_s > TOLD_BEFORE_S:
        return good("key", words)
    return note("key", words, "make a new key at Blink and set BLINKPOS_API_KEY")


def _day(unix_s: int) -> str:
    return datetime.fromtimestamp(unix_s, UTC).strftime("%Y-%m-%d")


def _clock(server_unix_s: int | None, now_s: int) -> Finding:
    if server_unix_s is None:
        return note("clock", "Blink did not tell the time", "compare the clock yourself: date")
    off_s = now_s - server_unix_s
    if abs(off_s) <= CLOCK_SLACK_S:
        return good("clock", "agrees with Blink's")
    return note(
        "clock",
        f"{off_s} s off Blink's, whose clock the till uses",
        "timedatectl: is NTP on? Certificates need the right time",
    )


def _reached(what: str, reached: Connectivity) -> Finding:
    words = f"{reached.host} in {reached.took_ms} ms"
    if reached.days_left is not None and reached.days_left < CERTIFICATE_DAYS:
        return note(
            what,
            f"{words}; its certificate ends in {reached.days_left} days",
            "is the clock right?",
        )
    return good(what, words)


_WORDS: Final = {
    NetworkPart.NAME: "the name is not known",
    NetworkPart.CONNECTION: "no connection",
    NetworkPart.CERTIFICATE: "the certificate is not accepted",
    NetworkPart.SOCKET: "no WebSocket",
    NetworkPart.LIMITED: "no WebSocket: too many from this address",
}
