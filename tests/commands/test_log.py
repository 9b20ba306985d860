"""The log never holds a secret, a whole invoice or a whole hash, whoever wrote the line."""

import logging
import subprocess
import sys

import pytest

from kiosk.commands.log import Redacting

KEY = "blink_aVerySecretKeyOfTheTill"
HASH = "0123456789abcdef" * 4
INVOICE = "lnbcrt286550n1p5" + "qz7r9x8gf2tvdw0s3jn54khce6mua7l" * 11


def formatted(message: str, *, error: BaseException | None = None) -> str:
    where = (type(error), error, error.__traceback__) if error is not None else None
    record = logging.LogRecord("kiosk", logging.ERROR, __file__, 1, message, (), where)
    return Redacting("%(levelname)s %(message)s", [KEY, "4711", ""]).format(record)


@pytest.mark.parametrize("secret", [KEY, INVOICE, INVOICE.upper(), HASH, "4711"])
def test_a_line_and_its_traceback_are_cleaned(secret: str) -> None:
    with pytest.raises(ValueError) as failed:
        int(f"no number: {secret}")
    text = formatted(f"failed with {secret}", error=failed.value)
    assert secret not in text
    assert "ValueError: invalid literal" in text, "where it failed is still told"
    assert "test_log.py" in text


def test_a_hash_is_shortened_to_what_a_helper_looks_for() -> None:
    assert formatted(f"hash={HASH} done") == f"ERROR hash={HASH[:8]} done"


@pytest.mark.parametrize("thread", [False, True])
def test_a_crash_is_a_line_of_the_log_without_a_secret(*, thread: bool) -> None:
    script = f"""
import threading
from kiosk.commands.log import set_up_log
set_up_log("info", ["{KEY}"])
def crash():
    raise RuntimeError("{KEY} of {INVOICE}")
{'t = threading.Thread(target=crash, name="wallet"); t.start(); t.join()' if thread else "crash()"}
"""
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, timeout=30, check=False
    )
    assert KEY not in done.stderr
    assert INVOICE not in done.stderr
    assert "CRITICAL kiosk" in done.stderr
    assert "RuntimeError: *** of ***" in done.stderr
    assert ("thread wallet failed" in done.stderr) is thread
    assert done.returncode == (0 if thread else 1)
