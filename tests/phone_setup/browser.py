"""A real Chromium of a small phone's size, steered by its own protocol over a socket."""

import base64
import contextlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from websockets.sync.client import ClientConnection, connect

CHROMIUM: Final = shutil.which("chromium") or shutil.which("chromium-browser")
SIZE: Final = (360, 640)
PATIENCE_S: Final = 60.0


class Browser:
    """One page in one browser, without a profile of before."""

    def __init__(self, folder: Path) -> None:
        assert CHROMIUM is not None
        self._process = subprocess.Popen(
            [
                CHROMIUM,
                "--headless",
                "--no-sandbox",  # tests run as root in a container
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                f"--user-data-dir={folder / 'profile'}",
                "--remote-debugging-port=0",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._number, self._session = 0, ""
        with contextlib.ExitStack() as opened:
            opened.callback(self._end_process)
            self._begin(opened)
            self._opened = opened.pop_all()

    def _begin(self, opened: contextlib.ExitStack) -> None:
        assert self._process.stderr is not None
        address = ""
        for line in self._process.stderr:
            if "DevTools listening on " in line:
                address = line.partition("listening on ")[2].strip()
                break
        self._socket: ClientConnection = opened.enter_context(connect(address, max_size=None))
        pages = self.ask("Target.getTargets")["targetInfos"]
        page = next(page["targetId"] for page in pages if page["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=page, flatten=True)
        self._session = attached["sessionId"]
        width, height = SIZE
        self.ask("Page.enable")
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2,
            mobile=True,
        )

    def ask(self, method: str, **parameters: object) -> dict[str, Any]:
        """Send a command and wait for what came of it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(PATIENCE_S))
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def wait_for_load(self) -> None:
        """Until the page that is being opened is there."""
        while json.loads(self._socket.recv(PATIENCE_S)).get("method") != "Page.loadEventFired":
            pass

    def open(self, address: str) -> None:
        """Go to an address, as a scanned code does."""
        self.ask("Page.navigate", url=address)
        self.wait_for_load()

    def value(self, expression: str) -> Any:
        """What an expression of the page's own language is."""
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def fill(self, name: str, text: str) -> None:
        """Type into a field, or choose in a list."""
        field = f"document.getElementsByName({json.dumps(name)})[0]"
        self.value(f"{field}.value = {json.dumps(text)}")

    def send(self) -> None:
        """Touch the page's button, and wait for the next page."""
        place = self.value(
            "(() => { const button = document.querySelector('button');"
            " button.scrollIntoView({block: 'center'});"
            " const place = button.getBoundingClientRect();"
            " return [place.x + place.width / 2, place.y + place.height / 2] })()"
        )
        touch = {"x": place[0], "y": place[1], "button": "left", "clickCount": 1}
        self.ask("Input.dispatchMouseEvent", type="mousePressed", **touch)
        # The next page may be there before this is answered, so its loading is waited for first.
        self._number += 1
        self._socket.send(
            json.dumps(
                {
                    "id": self._number,
                    "method": "Input.dispatchMouseEvent",
                    "params": {"type": "mouseReleased", **touch},
                    "sessionId": self._session,
                }
            )
        )
        self.wait_for_load()

    def photograph(self, file: Path) -> None:
        """The whole page, from its head to its end."""
        shot = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(shot["data"]))

    def close(self) -> None:
        """End it."""
        self._opened.close()

    def _end_process(self) -> None:
        self._process.terminate()
        assert self._process.stderr is not None
        self._process.stderr.close()
        self._process.wait(PATIENCE_S)
