"""TLS in front of a simulator, with certificates of every kind. Needs the openssl command."""

import asyncio
import contextlib
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any, Final, Self

from kiosk.simulate.network import stop_listening

_CONFIG: Final = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {host}
[ca]
default_ca = here
[here]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = ext
[any]
commonName = supplied
[ext]
subjectAltName = {san}
basicConstraints = CA:TRUE
"""


def certificate(folder: Path, name: str, start: str, end: str, san: str = "IP:127.0.0.1") -> Path:
    """Make a certificate that vouches for itself, key and all in one file; times as YYYYMMDD."""
    home = folder / name
    home.mkdir()
    (home / "index").touch()
    (home / "config").write_text(_CONFIG.format(host=name, folder=home, san=san))
    both = home / "both.pem"
    openssl = ("openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-batch")
    paths = ("-keyout", f"{home}/key.pem", "-out", f"{home}/csr.pem")
    _run(*openssl, "-config", f"{home}/config", *paths)
    signing = ("openssl", "ca", "-batch", "-notext", "-selfsign", "-config", f"{home}/config")
    times = ("-startdate", f"{start}000000Z", "-enddate", f"{end}000000Z")
    files = ("-keyfile", f"{home}/key.pem", "-in", f"{home}/csr.pem", "-out", f"{home}/cert.pem")
    _run(*signing, *times, *files)
    both.write_text((home / "key.pem").read_text() + (home / "cert.pem").read_text())
    return both


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)


class TlsFront:
    """Speaks TLS to the kiosk and plain TCP to the simulator; `present` changes the certificate."""

    def __init__(self, port: int, shown: Path) -> None:
        self._behind = port
        self._shown = shown
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._await(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._await(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def present(self, shown: Path) -> None:
        """Show another certificate from the next connection on."""
        self._shown = shown
        self._await(self._close())
        self._await(self._open())

    async def _open(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._shown)
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, ssl=context, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        assert self._server is not None
        await stop_listening(self._server)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0.01)  # the transports' own last word

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._behind)
        try:
            await asyncio.gather(_pump(reader, back_writer), _pump(back_reader, writer))
        finally:
            # Not closed in good manners: a goodbye in TLS takes longer than the test.
            writer.transport.abort()
            back_writer.transport.abort()

    def _await(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()
