"""Every test draws on SDL's dummy driver and hears nothing."""

import os

import pytest
from hypothesis import settings

os.environ["SDL_VIDEODRIVER"] = "dummy"
os.environ["SDL_AUDIODRIVER"] = "dummy"
os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("kiosk", deadline=None)
settings.load_profile("kiosk")


def pytest_addoption(parser: pytest.Parser) -> None:
    """How far the slow test of the law of money goes."""
    parser.addoption("--interleavings", type=int, default=100_000)
