"""What another process can learn of this one, tried on a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SECRET = "blink_aVerySecretKeyOfTheTill"
SCRIPT = """
import os, pathlib, resource, subprocess, sys
from kiosk.host.process_hardening import (remove_from_environment, harden_process)
before = pathlib.Path("/proc/self/environ").read_bytes()
assert b"aVerySecretKey" in before, "the test would prove nothing"
harden_process()
remove_from_environment(["BLINKPOS_API_KEY", "KIOSK_PIN"])
after = pathlib.Path("/proc/self/environ").read_bytes()
child = subprocess.run(["env"], capture_output=True, check=True).stdout
print("block", b"aVerySecretKey" in after)
print("os.environ", "BLINKPOS_API_KEY" in os.environ)
print("child", b"aVerySecretKey" in child or b"BLINKPOS_API_KEY" in child)
print("others", os.environ["KIOSK_ID"], b"KIOSK_ID=till-1" in after)
print("core", resource.getrlimit(resource.RLIMIT_CORE))
import ctypes
print("prctl", ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""


@pytest.fixture(scope="module")
def printed() -> dict[str, str]:
    environ = {**os.environ, "BLINKPOS_API_KEY": SECRET, "KIOSK_ID": "till-1"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    return dict(line.split(" ", 1) for line in done.stdout.splitlines())


def test_the_environment_shows_no_secret_once_it_is_read(printed: dict[str, str]) -> None:
    assert printed["block"] == "False"
    assert printed["os.environ"] == "False"
    assert printed["others"] == "till-1 True", "only secrets are taken out"


def test_no_child_inherits_a_secret(printed: dict[str, str]) -> None:
    assert printed["child"] == "False"


def test_there_is_no_core_dump_to_find_a_secret_in(printed: dict[str, str]) -> None:
    assert printed["core"] == "(0, 0)"
    assert printed["prctl"] == "0"  # PR_GET_DUMPABLE
