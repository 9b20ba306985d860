"""Servers that stand in front of a simulator or of nothing, byte by byte, on loopback."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@asynccontextmanager
async def serving(handle: Handler, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
    """Serve each connection with `handle`, which may just return; yields the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await handle(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client has had enough
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(serve, host, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def read_request(reader: asyncio.StreamReader) -> bytes:
    """One HTTP request, head and body."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    return head + await reader.readexactly(int(length[1]) if length else 0)


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if not any(line.startswith("Content-Type") for line in headers):
        lines.append("Content-Type: application/json")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class ClosingFront:
    """Answers one request a connection, promises to keep it, and closes it at the next one."""

    def __init__(self, port: int) -> None:
        self._behind = port
        self.connections = 0
        self.closed_unanswered = 0

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        request = await read_request(reader)
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        back_writer.write(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        whole = await back_reader.read()
        back_writer.close()
        writer.write(whole.replace(b"\r\nConnection: close", b""))
        await writer.drain()
        if await reader.read(1):
            self.closed_unanswered += 1
