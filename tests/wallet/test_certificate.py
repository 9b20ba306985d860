"""Which certificates are believed, and whose fault it is when one is out of its time."""

import asyncio
import ssl
from pathlib import Path

import pytest

from kiosk.sale.days import DAY_S
from kiosk.sale.trouble import TroubleKind
from kiosk.wallet.certificate import error_of_certificate
from kiosk.wallet.headers import unix_of_date
from kiosk.wallet.tls import tls_context
from tests.wallet.fronts import answer, serving

DATE = "Thu, 26 Nov 2026 12:00:00 GMT"
NOW = unix_of_date(DATE)
NOT_YET, EXPIRED, OTHER = 9, 10, 18


def kind_of(code: int, our_clock_s: int, *headers: str) -> TroubleKind:
    """The kind of trouble for such a fault of a certificate and such headers of the server."""
    fault = ssl.SSLCertVerificationError("certificate verify failed")
    fault.verify_code = code
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(b"", "404 Not Found", *headers))
        await writer.drain()

    async def run() -> TroubleKind:
        async with serving(handle) as port:
            url = f"http://127.0.0.1:{port}/graphql"
            error = await error_of_certificate(fault, url, 2.0, lambda: our_clock_s)
            return error.trouble.kind

    kind = asyncio.run(run())
    assert not any(b"X-API-KEY" in request for request in asked)
    return kind


@pytest.mark.parametrize(
    ("code", "off_s", "kind"),
    [
        (EXPIRED, 0, TroubleKind.CERTIFICATE_ENDED),
        (EXPIRED, 3600, TroubleKind.CERTIFICATE_ENDED),
        (EXPIRED, 400 * DAY_S, TroubleKind.CLOCK_WRONG),
        (NOT_YET, -400 * DAY_S, TroubleKind.CLOCK_WRONG),
        (NOT_YET, 0, TroubleKind.CERTIFICATE_ENDED),
        (OTHER, 0, TroubleKind.LOGIN_PAGE),
    ],
)
def test_the_servers_own_clock_decides_whose_time_is_wrong(
    code: int, off_s: int, kind: TroubleKind
) -> None:
    """Fault 24: an expired certificate of the server was a wrong clock of the till, for ever."""
    assert NOW is not None
    assert kind_of(code, NOW + off_s, f"Date: {DATE}") is kind


def test_where_the_server_tells_no_time_a_box_is_behind_and_never_ahead() -> None:
    """Fault 24: a Pi without a clock starts with the time of its last shutdown."""
    assert kind_of(NOT_YET, 0) is TroubleKind.CLOCK_WRONG
    assert kind_of(EXPIRED, 0) is TroubleKind.CERTIFICATE_ENDED


def test_the_certificates_are_read_once_and_again_where_others_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading them takes a Pi 100 ms."""
    usual = tls_context()
    assert tls_context() is usual
    assert (usual.verify_mode, usual.check_hostname) == (ssl.CERT_REQUIRED, True)
    (tmp_path / "none.pem").touch()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert tls_context().cert_store_stats()["x509"] == 0
