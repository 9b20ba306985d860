"""The body of an HTTP answer, read only as far as it is bounded."""

import zlib
from collections.abc import Collection
from typing import Final

import aiohttp

# A page of a hundred ledger entries is 80 kB; nothing that Blink sends comes near this.
LARGEST_BODY: Final = 2_000_000

_CHUNK: Final = 65_536
_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS  # zlib finds out which of the two it is


_CODINGS: Final = ("identity", "gzip", "deflate")


class UnfitBody(Exception):
    """More bytes than the bound, or bytes that are not what the headers say."""


async def read_body(
    response: aiohttp.ClientResponse,
    largest: int = LARGEST_BODY,
    codings: Collection[str] = _CODINGS,
) -> bytes:
    """Read a body that the session left compressed; a bomb is never unpacked beyond the bound.

    `largest` counts unpacked bytes; `codings` are those that the request has accepted.

    Raises:
        UnfitBody: it is larger than `largest` once unpacked, or cannot be unpacked.
    """
    coding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if coding not in codings:
        raise UnfitBody("a coding that was not asked for")
    unpacker = None if coding == "identity" else zlib.decompressobj(_GZIP_OR_ZLIB)
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        room = largest - len(body) + 1
        try:
            body += chunk if unpacker is None else unpacker.decompress(chunk, room)
        except zlib.error:
            raise UnfitBody("bytes that cannot be unpacked") from None
        if len(body) > largest:
            raise UnfitBody(f"more than {largest} bytes")
    if unpacker is not None and not unpacker.eof:
        raise UnfitBody("packed bytes that end too early")
    return bytes(body)
