"""The page's process: `python -m kiosk.phone_setup LISTENING LINK`, two file descriptors.

Root's part starts it as a user without rights. The first is the socket that is listened on, the
second the way to root's part, which ends this process by closing it.
"""

import asyncio
import contextlib
import logging
import os
import resource
import socket
import sys
import time

from kiosk.host.process_hardening import harden_process
from kiosk.phone_setup.messages import (
    MOST_LINE_BYTES,
    FormAnswer,
    line_of,
    read_form_answer,
    read_opening,
)
from kiosk.phone_setup.server import PageServer

log = logging.getLogger("kiosk")


async def serve(listening: socket.socket, link: socket.socket) -> None:
    """Serve the page until root's part closes the link, or the page cannot be served any more."""
    reader, writer = await asyncio.open_connection(sock=link, limit=MOST_LINE_BYTES)
    opening = read_opening(await reader.readline())
    answers: asyncio.Queue[FormAnswer] = asyncio.Queue()

    def tell(event: str) -> None:
        writer.write(line_of({"event": event}))

    async def take_form(texts: dict[str, str]) -> FormAnswer:
        writer.write(line_of({"form": texts}))
        return await answers.get()

    async def hear_root() -> None:
        while line := await reader.readline():
            answers.put_nowait(read_form_answer(line))

    server = PageServer(opening, take_form, tell, time.monotonic)
    tasks = [asyncio.create_task(work) for work in (server.serve(listening), hear_root())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                log.error("the page ends: %s", type(result).__name__)
        writer.close()


def main() -> None:
    """Take the sockets, give up what is not needed, and serve."""
    logging.basicConfig(format="%(message)s")
    for name in ("aiohttp", "asyncio"):  # what they say of an error may hold what was typed
        logging.getLogger(name).disabled = True
    logging.getLogger("aiohttp.server").disabled = True
    harden_process()
    os.umask(0o777)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    listening, link = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    with contextlib.suppress(ConnectionError):
        asyncio.run(serve(listening, link))


if __name__ == "__main__":
    main()
