"""Why a certificate is not believed: its time is over, our clock is wrong, or it is a stranger."""

import asyncio
import ssl
import time
from collections.abc import Callable
from typing import Final

import aiohttp

from kiosk.sale.days import DAY_S
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.wallet.errors import NotSent, safe_reason
from kiosk.wallet.headers import unix_of_date

# OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED.
_NOT_YET: Final = 9
_EXPIRED: Final = 10

# Certificates are made hours, not days, before they are used: a clock this far off is to blame.
_CLOCK_AGREES_S: Final = DAY_S


async def error_of_certificate(
    error: Exception, url: str, patience_s: float, unix: Callable[[], float] = time.time
) -> NotSent:
    """Name the cause; where the times do not fit, the server's own clock decides whose is wrong.

    It is asked without our key and without belief: what it says chooses a sentence, nothing more.
    """
    code = error.verify_code if isinstance(error, ssl.SSLCertVerificationError) else None
    kind = TroubleKind.LOGIN_PAGE
    if code in (_NOT_YET, _EXPIRED):
        server_unix_s = await _server_time(url, patience_s)
        if server_unix_s is None:  # a device without a clock of its own is behind, never ahead
            kind = TroubleKind.CLOCK_WRONG if code == _NOT_YET else TroubleKind.CERTIFICATE_ENDED
        elif abs(server_unix_s - unix()) <= _CLOCK_AGREES_S:
            kind = TroubleKind.CERTIFICATE_ENDED
        else:
            kind = TroubleKind.CLOCK_WRONG
    return NotSent(Trouble(kind, reason=safe_reason(f"{type(error).__name__}: {error}")))


async def _server_time(url: str, patience_s: float) -> int | None:
    try:
        async with (
            asyncio.timeout(patience_s),
            aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.head(url, ssl=False, allow_redirects=False) as response,
        ):
            return unix_of_date(response.headers.get("Date"))
    except (aiohttp.ClientError, OSError, ValueError):
        return None
