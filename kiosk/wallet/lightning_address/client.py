"""The three questions to a Lightning address: who is it, an invoice, was it paid."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.sale.invoice import DecodedInvoice, PaymentHash, PaymentRequest
from kiosk.sale.lightning_address import LightningAddress
from kiosk.sale.money import MSAT_PER_SAT, Sats
from kiosk.wallet.bolt11 import NotAnInvoice, decode
from kiosk.wallet.lightning_address.fetch import Busy, Fetcher, RefusedUrl, Unreachable, checked_url
from kiosk.wallet.lightning_address.messages import (
    Declined,
    OddAnswer,
    OfferedInvoice,
    PayRequest,
    Verdict,
    proves,
    read_invoice,
    read_pay_request,
    read_verdict,
)

log: Final = logging.getLogger("kiosk.wallet")

# Hosts that say "settled" and never give the preimage, or that have no `verify` at all. Survey of
# 505 addresses, i-am-fatik/thunder-bridge docs/lud21-coverage.md, 2026-08-12. Only for the sentence
# that is shown: whether an address can be used is found out by asking it.
WITHOUT_PROOF: Final = frozenset(
    {"zeuspay.com", "zeusnuts.com", "ecash.love", "walletofsatoshi.com", "strike.me", "primal.net"}
)
WITH_PROOF: Final = ("blink.sv", "getalby.com", "coinos.io", "minibits.cash", "speed.app")


class NoProof(Exception):
    """The server does not say whether an invoice was paid: a till cannot use this address."""


class WrongInvoice(Exception):
    """The invoice is not what was asked for: its code is never shown (D2)."""


@dataclass(frozen=True, slots=True)
class CheckedInvoice:
    """An invoice in the merchant's name that may be shown, and where to ask about it."""

    decoded: DecodedInvoice
    payment_request: PaymentRequest = field(repr=False)
    verify: str = field(repr=False)


class Proof(StrEnum):
    """What one question to `verify` has shown. Only PAID is a payment (D3)."""

    PAID = "paid"  # a preimage whose sha256 is the payment hash
    UNPROVEN = "unproven"  # the server says settled, and has no such preimage
    OPEN = "open"  # not settled
    UNKNOWN = "unknown"  # no usable answer


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """`delay_s` is how long this answer stands, at the server's wish; None when it did not say."""

    proof: Proof
    delay_s: float | None = None
    reason: str = ""


class AddressClient:
    """Asks the server of one address. `network` is what its invoices must be for."""

    def __init__(self, address: LightningAddress, fetcher: Fetcher, network: str) -> None:
        self._address = address
        self.fetcher = fetcher
        self._network = network

    async def fetch_pay_request(self) -> PayRequest:
        """Ask the address itself (LUD-16).

        Raises:
            Unreachable, RefusedUrl: no usable answer, or it leads where nothing is asked.
            Declined, OddAnswer: no such name, or it cannot be used.
        """
        at = self._address
        scheme = "http" if at.is_loopback else "https"
        port = "" if at.port is None else f":{at.port}"
        url = f"{scheme}://{at.domain}{port}/.well-known/lnurlp/{at.name}"
        pay_request = read_pay_request((await self.fetcher.get(url)).body)
        checked_url(pay_request.callback, on_loopback=at.is_loopback)
        return pay_request

    async def try_out(self) -> PayRequest:
        """Prove with one throwaway invoice that payments to the address can be verified.

        Raises:
            NoProof: no `verify`, or it does not answer about its own invoice.
            WrongInvoice: the invoice is not what was asked for.
            And as `fetch_pay_request`.
        """
        pay_request = await self.fetch_pay_request()
        invoice = await self.make_invoice(pay_request, pay_request.least, expiry_s=600)
        try:
            read_verdict((await self.fetcher.get(invoice.verify)).body)
        except (Declined, OddAnswer) as error:
            raise NoProof(f"verify: {error}") from None
        return pay_request

    async def make_invoice(
        self, request: PayRequest, amount: Sats, *, expiry_s: int, comment: str = ""
    ) -> CheckedInvoice:
        """Have an invoice made for exactly this amount, and check it (D2).

        Some servers drop the description hash beside a comment: then it is asked for once more
        without. An invoice without one is accepted in the end, and one with a wrong one is not.

        Raises:
            NoProof: it comes without a `verify`.
            WrongInvoice: it is not what was asked for.
            And as `fetch_pay_request`.
        """
        sent = comment if request.comment_length > 0 else ""
        invoice = await self._offered(request, amount, expiry_s, sent)
        if invoice.decoded.description_hash is None and sent:
            invoice = await self._offered(request, amount, expiry_s, "")
        if invoice.decoded.description_hash is None:
            log.info("an invoice without a description hash at=%s", self._address.domain)
        return invoice

    async def _offered(
        self, request: PayRequest, amount: Sats, expiry_s: int, comment: str
    ) -> CheckedInvoice:
        url = request.invoice_url(amount, expiry_s, comment)
        offered = read_invoice((await self.fetcher.get(url)).body)
        decoded = _decoded(offered)
        checks: Mapping[str, bool] = {
            "network": decoded.network == self._network,
            "amount": decoded.amount_msat == amount * MSAT_PER_SAT,
            "description hash": decoded.description_hash in (None, request.description_hash),
        }
        wrong = [what for what, right in checks.items() if not right]
        if wrong:
            raise WrongInvoice(f"the invoice's {' and '.join(wrong)} is not what was asked for")
        if offered.verify is None:
            raise NoProof("no verify beside the invoice")
        verify = checked_url(offered.verify, on_loopback=self._address.is_loopback)
        return CheckedInvoice(decoded, PaymentRequest(offered.payment_request), verify)


async def ask_verify(fetcher: Fetcher, url: str, payment_hash: PaymentHash) -> VerifyResult:
    """Ask whether an invoice was paid (LUD-21). Never raises: no answer is an answer."""
    try:
        answer = await fetcher.get(url)
    except Busy as busy:
        return VerifyResult(Proof.UNKNOWN, busy.delay_s, str(busy))
    except (Unreachable, RefusedUrl) as error:
        return VerifyResult(Proof.UNKNOWN, reason=str(error))
    try:
        verdict = read_verdict(answer.body)
    except (Declined, OddAnswer) as error:
        return VerifyResult(Proof.UNKNOWN, answer.fresh_s, str(error))
    return VerifyResult(_judged(verdict, payment_hash), answer.fresh_s)


def _decoded(offered: OfferedInvoice) -> DecodedInvoice:
    try:
        return decode(offered.payment_request)
    except NotAnInvoice as error:
        raise OddAnswer(str(error)) from None


def _judged(verdict: Verdict, payment_hash: PaymentHash) -> Proof:
    """A preimage of ours proves, whatever is said beside it; without one nothing does."""
    if proves(verdict.preimage, payment_hash):
        return Proof.PAID
    return Proof.UNPROVEN if verdict.settled else Proof.OPEN
