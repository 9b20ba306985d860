"""Every test draws on SDL's dummy driver and hears nothing."""

import gc
import os
import shutil
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

# Compiled modules are kept. Without them every worker rewrites and compiles all tests, and every
# program that a test starts compiles the kiosk: together a quarter of the suite's time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What tests write is looked at and thrown away: where there is room, it stays in memory. The power
# cuts and the kills of the tests are made by them, so nothing that is tested needs a disk.
MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES and "TMPDIR" not in os.environ:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How far the slow test of the law of money goes."""
    parser.addoption("--interleavings", type=int, default=100_000)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Nothing is thrown away while modules are imported and tests are found."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_finish() -> None:
    """What is imported is nobody's garbage: looking at it again and again is much of the time."""
    gc.collect()
    gc.freeze()
