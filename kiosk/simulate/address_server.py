"""The server of a Lightning address: LNURL-pay (LUD-06, 12, 16) with verify (LUD-21).

Every account of the simulator has an address here, `username@host:port` of the HTTP port. Its three
questions have the names below, for the fault switches.
"""

import json
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final
from urllib.parse import parse_qs

from kiosk.sale.days import DAY_S
from kiosk.simulate.accounts import Account
from kiosk.simulate.errors import ApplicationError
from kiosk.simulate.faults import Fault
from kiosk.simulate.invoices import Invoice, InvoiceOrder
from kiosk.simulate.network import Request, Traffic
from kiosk.simulate.world import World

ADDRESS: Final = "lnurlp"
CALLBACK: Final = "lnurlp-callback"
VERIFY: Final = "lnurlp-verify"

_PATHS: Final = {
    "/.well-known/lnurlp/": ADDRESS,
    "/lnurlp/callback/": CALLBACK,
    "/lnurlp/verify/": VERIFY,
}
_LEAST_MSAT: Final = 1_000
_MOST_MSAT: Final = 4_000_000_000
_COMMENT_LENGTH: Final = 255
_LARGEST_EXPIRY_S: Final = DAY_S

Answer = Mapping[str, Any]


class AddressServer:
    """Answers what is asked at an address; the way there and back is the HTTP side's."""

    def __init__(self, world: World, traffic: Traffic) -> None:
        """Serve every account of `world`."""
        self._world = world
        self._traffic = traffic
        self._settled_at: dict[str, float] = {}
        self._issued: dict[str, Invoice] = {}

    @staticmethod
    def question(path: str) -> str | None:
        """Which question a path is, None if it is none of these."""
        return next((name for start, name in _PATHS.items() if path.startswith(start)), None)

    def answer(self, path: str, query: str, host: str) -> Answer:
        """Answer one question; `host` is how the asker reached this server."""
        question = self.question(path)
        assert question is not None
        subject = path.rpartition("/")[2]
        values = {name: texts[-1] for name, texts in parse_qs(query).items()}
        self._traffic.add(Request(time.monotonic(), None, question, "http", values))
        try:
            if question == ADDRESS:
                return self._address(self._account(subject), host)
            if question == CALLBACK:
                return self._callback(self._account(subject), values, host)
            return self._verify(subject)
        except ApplicationError as error:
            return _declined(str(error))

    def _account(self, username: str) -> Account:
        if self._world.faults.take(Fault.ADDRESS_UNKNOWN, None):
            raise ApplicationError(f"Couldn't find user '{username}'.")
        return self._world.accounts.by_username(username)

    def _address(self, account: Account, host: str) -> Answer:
        faults = self._world.faults
        callback = f"http://{host}/lnurlp/callback/{account.username}"
        if faults.take(Fault.CALLBACK_PRIVATE, None):
            callback = f"http://192.168.1.1/lnurlp/callback/{account.username}"
        body: dict[str, Any] = {
            "tag": "payRequest",
            "callback": callback,
            "minSendable": _LEAST_MSAT,
            "maxSendable": _MOST_MSAT,
            "metadata": _metadata(account, host),
            "commentAllowed": _COMMENT_LENGTH,
        }
        if faults.take(Fault.PAYER_DATA_WANTED, None):
            body["payerData"] = {"name": {"mandatory": True}}
        return body

    def _callback(self, account: Account, values: Mapping[str, str], host: str) -> Answer:
        amount = values.get("amount", "")
        if not amount.isdigit() or int(amount) % 1000 or not _in_bounds(int(amount)):
            return _declined("Amount is out of bounds.")
        expiry = values.get("expiry", "")
        if expiry and (not expiry.isdigit() or int(expiry) > _LARGEST_EXPIRY_S):
            return _declined("expiry too long")
        invoice = self._invoice(account, values, host)
        verify: str | None = f"http://{host}/lnurlp/verify/{invoice.payment_hash}"
        body: dict[str, Any] = {"pr": invoice.payment_request, "routes": []}
        if self._world.faults.take(Fault.VERIFY_MISSING, None):
            return body
        if self._world.faults.take(Fault.VERIFY_NULL, None):
            verify = None
        return {**body, "verify": verify}

    def _invoice(self, account: Account, values: Mapping[str, str], host: str) -> Invoice:
        faults = self._world.faults
        old = self._issued.get(account.id)
        if old is not None and faults.take(Fault.SAME_INVOICE_AGAIN, None):
            return old
        digest: str | None = sha256(_metadata(account, host).encode()).hexdigest()
        if faults.take(Fault.DESCRIPTION_HASH_WRONG, None):
            digest = sha256(b"something else").hexdigest()
        lost = bool(values.get("comment")) and faults.take(Fault.COMMENT_DROPS_HASH, None)
        if lost or faults.take(Fault.DESCRIPTION_HASH_MISSING, None):
            digest = None
        expiry = values.get("expiry", "")
        order = InvoiceOrder(
            wallet=account.btc,
            amount_sat=int(values["amount"]) // 1000,
            memo=values.get("comment", ""),
            description_hash=digest,
            expires_in_min=-(-int(expiry) // 60) if expiry else None,
        )
        invoice = self._world.invoices.create(order, CALLBACK)
        self._issued[account.id] = invoice
        return invoice

    def _verify(self, payment_hash: str) -> Answer:
        faults = self._world.faults
        invoice = self._world.invoices.by_hash(payment_hash)
        if invoice is None or faults.take(Fault.VERIFY_NOT_FOUND, None):
            return _declined("Not found")
        body = {"status": "OK", "pr": invoice.payment_request}
        if faults.take(Fault.VERIFY_OTHER_PR, None):
            body["pr"] = "lnbcrt1somebodyelses"
        if faults.take(Fault.VERIFY_LIES, None):
            return {**body, "settled": True, "preimage": None}
        if not invoice.paid or self._lags(invoice):
            return {**body, "settled": False, "preimage": None}
        preimage = invoice.preimage
        if faults.take(Fault.VERIFY_WRONG_PREIMAGE, None):
            preimage = sha256(preimage.encode()).hexdigest()
        if faults.take(Fault.VERIFY_UPPER_CASE, None):
            preimage = preimage.upper()
        if faults.take(Fault.VERIFY_NO_PREIMAGE, None):
            return {**body, "settled": True, "preimage": None}
        return {**body, "settled": True, "preimage": preimage}

    def _lags(self, invoice: Invoice) -> bool:
        """Whether the payment is not seen here yet: some providers lag by seconds."""
        now_s = self._world.clock.now()
        seen_s = self._settled_at.setdefault(invoice.payment_hash, now_s)
        lag = self._world.faults.peek(Fault.VERIFY_LAGS)
        return lag is not None and now_s < seen_s + (lag.seconds or 0.0)


def _metadata(account: Account, host: str) -> str:
    parts = [
        ["text/plain", f"Pay {account.username}"],
        ["text/identifier", f"{account.username}@{host}"],
    ]
    return json.dumps(parts)


def _in_bounds(amount_msat: int) -> bool:
    return _LEAST_MSAT <= amount_msat <= _MOST_MSAT


def _declined(reason: str) -> Answer:
    return {"status": "ERROR", "reason": reason}
