"""Nothing is installed on an appliance that no sale imports, and nothing else is missing."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = ("click", "colorama", "setuptools", "pkg_resources", "tibs")
# Every module of the program but the simulator, then what a sale does with each library.
PROGRAM = """
import importlib, pkgutil, sys
left_out = set(sys.argv[1:])

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in left_out:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import kiosk
for module in pkgutil.walk_packages(kiosk.__path__, "kiosk."):
    if not module.name.startswith("kiosk.simulate") and not module.name.endswith("__main__"):
        if module.name != "kiosk.commands.demo":
            importlib.import_module(module.name)
import bolt11, gpiozero, qrcode
from gpiozero.pins.mock import MockFactory, MockPWMPin
gpiozero.LED(17, pin_factory=MockFactory()).on()
code = qrcode.QRCode()
code.add_data("LIGHTNING:LNBC1")
code.make()
text = (
    "lnbc1pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5qqqsyqcyq5rqwzqfqqqsyqcyq5r"
    "qwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq9qrsgq"
    "357wnc5r2ueh7ck6q93dj32dlqnls087fxdwk8qakdyafkq3yap9us6v52vjjsrvywa6rt52cm9r9zqt8r2t7mlcwspyetp5h2"
    "tztugp9lfyql"
)
assert bolt11.decode(text).payment_hash.startswith("000102")
"""


def test_a_sale_imports_nothing_that_is_left_out_of_the_lock() -> None:
    """Box fault 36: command lines and compilers of others were installed on every till."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *LEFT_OUT],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr


def test_the_appliances_lock_does_not_have_them() -> None:
    text = (ROOT / "requirements.lock").read_text()
    locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
    assert not locked & set(LEFT_OUT)
    lock = (ROOT / "setup.sh").read_text()
    assert set(re.findall(r"--no-emit-package (\w+)", lock)) == set(LEFT_OUT) - {"pkg_resources"}
