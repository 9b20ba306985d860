"""A second copy is asked of root's helper, and no answer holds up what else is asked."""

import threading
from pathlib import Path
from queue import Queue

import pytest

from kiosk.host import copy_request, usb_stick
from kiosk.host.dispatcher import Host, HostEvent
from kiosk.sale.device import (
    CopyOutcome,
    CopyReason,
    CopyResult,
    DeviceFactsResult,
    MakeCopy,
    ReadDeviceFacts,
)
from tests.host.test_dispatcher import DEADLINE_S, Root, write

SETTINGS = "KIOSK_ID=till-1\n"


@pytest.mark.parametrize("outcome", list(CopyOutcome))
def test_the_helpers_word_is_what_became_of_the_copy(tmp_path: Path, outcome: CopyOutcome) -> None:
    place = tmp_path / copy_request.FOLDER
    seen: list[str] = []

    def root() -> None:
        seen.append((place / usb_stick.REQUEST_FILE).read_text())
        seen.append((place / copy_request.SETTINGS_FILE).read_text())
        (place / usb_stick.ANSWER_FILE).write_text(f"{outcome}\n")

    sleep = Root(root).sleep
    assert copy_request.ask_for_copy(tmp_path, CopyReason.CLOSE, SETTINGS, sleep) is outcome
    assert seen == ["close\n", SETTINGS]


def test_no_answer_and_a_strange_one_are_no_copy(tmp_path: Path) -> None:
    root = Root()
    asked = (tmp_path, CopyReason.DAY, SETTINGS, root.sleep)
    assert copy_request.ask_for_copy(*asked) is CopyOutcome.FAILED
    assert root.slept_s >= copy_request.PATIENCE_S
    root.act = lambda: (  # type: ignore[assignment]
        (tmp_path / copy_request.FOLDER / usb_stick.ANSWER_FILE).write_text("well done")
    )
    assert copy_request.ask_for_copy(*asked) is CopyOutcome.FAILED


def test_the_device_answers_while_a_copy_is_made(tmp_path: Path) -> None:
    """Books 11: a stick that takes minutes delays nothing else."""
    events: Queue[HostEvent] = Queue()
    copied = threading.Event()

    def sleep(_: float) -> None:
        assert copied.wait(DEADLINE_S)
        (tmp_path / copy_request.FOLDER / usb_stick.ANSWER_FILE).write_text("copied")

    host = Host(events.put, folder=tmp_path, end=lambda _: None, write_sales=write, sleep=sleep)
    host.perform(MakeCopy(CopyReason.DAY))
    host.perform(ReadDeviceFacts())
    assert isinstance(events.get(timeout=DEADLINE_S), DeviceFactsResult)
    copied.set()
    assert events.get(timeout=DEADLINE_S) == CopyResult(CopyOutcome.COPIED)


def test_off_an_appliance_no_copy_is_made_and_that_is_said() -> None:
    events: Queue[HostEvent] = Queue()
    host = Host(events.put, folder=None, end=lambda _: None, write_sales=write)
    host.perform(MakeCopy(CopyReason.DAY))
    assert events.get(timeout=DEADLINE_S) == CopyResult(CopyOutcome.FAILED)
