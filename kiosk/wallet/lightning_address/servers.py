"""The servers of Lightning addresses as the wallet uses them: kept connections, our own errors."""

import logging
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from kiosk.sale.account import DirectPayee
from kiosk.sale.invoice import ExternalId, Invoice, InvoiceStatus
from kiosk.sale.lightning_address import LightningAddress, is_loopback
from kiosk.sale.money import Sats
from kiosk.sale.trouble import KioskError, Trouble, TroubleKind
from kiosk.wallet.answer_bounds import LONGEST_PAYMENT_REQUEST
from kiosk.wallet.errors import safe_reason
from kiosk.wallet.lightning_address.client import (
    AddressClient,
    NoProof,
    Proof,
    VerifyResult,
    WrongInvoice,
    ask_verify,
)
from kiosk.wallet.lightning_address.fetch import Fetcher, RefusedUrl, Unreachable
from kiosk.wallet.lightning_address.messages import Declined, OddAnswer, PayRequest

log: Final = logging.getLogger("kiosk.wallet")

_REQUEST_LIFE_S: Final = 300.0  # an older pay request is asked for again
_LEAST_LIFETIME_S: Final = 60

STATUS_OF: Final = {
    Proof.PAID: InvoiceStatus.PAID,
    Proof.UNPROVEN: InvoiceStatus.UNPROVEN,
    Proof.OPEN: InvoiceStatus.PENDING,
    Proof.UNKNOWN: InvoiceStatus.UNKNOWN,
}
_ERRORS: Final = (Unreachable, RefusedUrl, Declined, OddAnswer, NoProof, WrongInvoice)


class AddressServers:
    """Asks the servers of Lightning addresses. Lives in the worker's loop."""

    def __init__(
        self, tls: ssl.SSLContext, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._public = Fetcher(tls, on_loopback=False, monotonic=monotonic)
        self._local = Fetcher(tls, on_loopback=True, monotonic=monotonic)
        self._monotonic = monotonic
        self._requests: dict[LightningAddress, tuple[PayRequest, float]] = {}
        self._verdicts: dict[str, tuple[VerifyResult, float]] = {}  # by verify's URL, until when

    async def try_out(self, address: LightningAddress, network: str) -> DirectPayee:
        """Prove that payments to an address can be verified, and learn its bounds.

        Raises:
            KioskError: it cannot be used, or nobody can say now.
        """
        try:
            request = await self._client(address, network).try_out()
        except _ERRORS as error:
            raise _translated(error, address) from None
        self._requests[address] = (request, self._monotonic())
        return DirectPayee(address=address, least=request.least, most=request.most)

    async def warm_up(self) -> None:
        """Somebody types an amount: be connected, so that an invoice takes one round trip.

        Only an address that has been tried is asked, and nothing while a connection is kept.
        """
        for address, (request, _) in list(self._requests.items()):
            client = self._client(address, "")
            if client.fetcher.is_open:
                continue
            try:
                self._requests[address] = (await client.fetch_pay_request(), self._monotonic())
                if urlsplit(request.callback).hostname != address.domain:
                    await client.fetcher.connect(request.callback)
            except _ERRORS as error:
                log.info("not connected at=%s reason=%s", address.domain, safe_reason(str(error)))

    async def make_invoice(
        self, address: LightningAddress, network: str, amount: Sats, minutes: int, memo: str
    ) -> Invoice:
        """Have an invoice made that can be shown.

        Raises:
            KioskError: none could be had; nobody has seen one.
        """
        client = self._client(address, network)
        try:
            request, fetched_s = self._requests.get(address, (None, 0.0))
            if request is None or self._monotonic() - fetched_s > _REQUEST_LIFE_S:
                request = await client.fetch_pay_request()
                self._requests[address] = (request, self._monotonic())
            made = await client.make_invoice(request, amount, expiry_s=minutes * 60, comment=memo)
            if len(made.payment_request) > LONGEST_PAYMENT_REQUEST:
                raise WrongInvoice("an invoice too long for a QR code")
            if made.decoded.lifetime_s < _LEAST_LIFETIME_S:
                raise WrongInvoice("an invoice that ends before anybody could pay it")
        except _ERRORS as error:
            self._requests.pop(address, None)
            raise _translated(error, address) from None
        decoded = made.decoded
        return Invoice(
            payment_hash=decoded.payment_hash,
            payment_request=made.payment_request,
            amount=amount,
            external_id=ExternalId(""),
            expires_at=decoded.timestamp + decoded.lifetime_s,
            lifetime_s=decoded.lifetime_s,
            verify_url=made.verify,
        )

    async def verify(self, invoice: Invoice) -> VerifyResult:
        """Ask whether an invoice of a Lightning address was paid. No answer is an answer.

        Whoever asks, and however often: a server that wants to be left alone is, and an answer
        stands for as long as its server says.
        """
        url, now_s = invoice.verify_url, self._monotonic()
        self._verdicts = {
            asked: (verdict, until_s)
            for asked, (verdict, until_s) in self._verdicts.items()
            if until_s > now_s
        }
        if url in self._verdicts:
            verdict, until_s = self._verdicts[url]
            return replace(verdict, delay_s=until_s - now_s)
        fetcher = self._local if is_loopback(urlsplit(url).hostname or "") else self._public
        result = await ask_verify(fetcher, url, invoice.payment_hash)
        if result.delay_s:
            self._verdicts[url] = (result, self._monotonic() + result.delay_s)
        return result

    async def close(self) -> None:
        """Close what is open; the next question opens it again."""
        for session in self.release():
            await session.close()

    def release(self) -> list[aiohttp.ClientSession]:
        """Hand over what is open, for the caller to close: the next question opens its own."""
        return [*self._public.release(), *self._local.release()]

    def _client(self, address: LightningAddress, network: str) -> AddressClient:
        fetcher = self._local if address.is_loopback else self._public
        return AddressClient(address, fetcher, network)


def _translated(error: Exception, address: LightningAddress) -> KioskError:
    """The error as a trouble that the merchant can act on."""
    reason = safe_reason(f"{type(error).__name__}: {error}")
    match error:
        case Unreachable():
            return KioskError(Trouble(TroubleKind.NO_CONNECTION, reason=reason))
        case NoProof():
            return KioskError(Trouble(TroubleKind.NO_PROOF, address.domain, reason))
        case Declined():
            return KioskError(Trouble(TroubleKind.MERCHANT_UNKNOWN, str(address), reason))
    return KioskError(Trouble(TroubleKind.ADDRESS_UNUSABLE, address.domain, reason))
