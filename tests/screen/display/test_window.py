"""Touch, mouse and keyboard mean the same keys; a picture is drawn only when it changes."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Thread
from typing import Any

import pygame
import pytest

from kiosk.sale.entry import Entry
from kiosk.sale.events import DeviceFailed, Event, KeyPressed, KeyReleased, KeyStuck, LetterTyped
from kiosk.sale.keys import SCREEN_LEGEND, Key, Letter
from kiosk.sale.letters import KeyboardLayer
from kiosk.sale.screens import EnteringAmount, Forwarded, RequestingInvoice
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.sale.wifi import EnteringPassphrase
from kiosk.screen.display.fingers import STILL_S, STUCK_AFTER_S
from kiosk.screen.display.redraw_schedule import BAR_STEP_S
from kiosk.screen.display.window import CONNECTORS_S, Window
from kiosk.screen.drawing.look import Look
from kiosk.screen.drawing.qr import prepare
from kiosk.screen.drawing.touch_zones import TouchZone, zone_at
from tests.sale.tills import USD
from tests.screen.samples import AWAITING, ENTRY, NOW_S, SALE, every_view, till
from tests.screen.window_parts import painter_of, zones_of

SIZE = (800, 480)
IDLE = till(EnteringAmount(Entry(USD)))


@pytest.fixture(params=[0, 90, 180, 270])
def window(request: pytest.FixtureRequest) -> Iterator[Window]:
    made = Window(Look(), SIZE, request.param)
    made.draw(IDLE)
    pygame.event.clear()
    yield made
    made.close()


def keys(events: tuple[Event, ...]) -> list[Key]:
    return [event.key for event in events if isinstance(event, KeyPressed)]


def letters(events: tuple[Event, ...]) -> str:
    return "".join(event.letter.text for event in events if isinstance(event, LetterTyped))


def place_of(window: Window, key: Key | Letter) -> tuple[int, int]:
    """Where on the screen a key is, turned as the display is."""
    x, y = next(zone.rect.center for zone in zones_of(window) if zone.key == key)
    width, height = SIZE
    return {
        0: (x, y),
        90: (width - 1 - y, x),
        180: (width - 1 - x, height - 1 - y),
        270: (y, height - 1 - x),
    }[window._rotate]


@pytest.mark.parametrize("key", [Key.D1, Key.D9, Key.CHARGE, Key.DELETE, Key.CURRENCY])
def test_a_finger_and_a_mouse_are_the_same_touch_counted_once(window: Window, key: Key) -> None:
    x, y = place_of(window, key)
    where: dict[str, Any] = {"x": x / SIZE[0], "y": y / SIZE[1], "touch_id": 1, "finger_id": 7}
    post = pygame.event.post
    post(pygame.event.Event(pygame.FINGERDOWN, **where))
    post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1, touch=True))
    post(pygame.event.Event(pygame.FINGERUP, **where))
    assert keys(window.wait(1.0)) == [key]
    post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1, touch=False))
    assert keys(window.wait(1.0)) == [key]


def test_a_second_finger_is_not_taken(window: Window) -> None:
    for finger, key in ((1, Key.D1), (2, Key.D2)):
        x, y = place_of(window, key)
        where: dict[str, Any] = {
            "x": x / SIZE[0],
            "y": y / SIZE[1],
            "touch_id": 1,
            "finger_id": finger,
        }
        pygame.event.post(pygame.event.Event(pygame.FINGERDOWN, **where))
    assert keys(window.wait(1.0)) == [Key.D1]


def finger_at(x: float, y: float, finger: int, kind: int = pygame.FINGERDOWN) -> None:
    where: dict[str, Any] = {"x": x, "y": y, "touch_id": 1, "finger_id": finger}
    pygame.event.post(pygame.event.Event(kind, **where))


def test_after_a_finger_that_was_never_lifted_the_next_one_counts() -> None:
    """Box fault 6: the display was deaf until a restart, and said nothing."""
    now_s = [50.0]
    window = Window(Look(), SIZE, touch_devices=lambda: (1,), clock=lambda: now_s[0])
    window.draw(IDLE)
    pygame.event.clear()
    for finger, key in ((1, Key.D1), (2, Key.D2)):
        x, y = place_of(window, key)
        finger_at(x / SIZE[0], y / SIZE[1], finger)
        assert keys(window.wait(0)) == [key]
        now_s[0] += STILL_S
    finger_at(0.5, 0.5, 2, pygame.FINGERUP)
    assert window.wait(0) == ()
    due_s = window.next_frame_s(IDLE)
    assert due_s is not None
    assert due_s - IDLE.now_s == pytest.approx(STUCK_AFTER_S - 2 * STILL_S)
    now_s[0] += due_s - IDLE.now_s
    assert window.wait(0) == (KeyStuck(SCREEN_LEGEND),)
    finger_at(0.5, 0.5, 1, pygame.FINGERUP)
    assert window.wait(0) == (KeyReleased(SCREEN_LEGEND),)
    window.close()


@pytest.mark.parametrize("turned", [90, 180, 270])
def test_a_touchscreen_turned_against_the_picture_is_put_right(turned: int) -> None:
    """Box fault 18: no value of KIOSK_ROTATE could, for it turns both."""
    window = Window(Look(), SIZE, touch_rotate=turned)
    window.draw(IDLE)
    pygame.event.clear()
    for finger, key in enumerate((Key.D1, Key.D6, Key.CHARGE)):
        x, y = (part / whole for part, whole in zip(place_of(window, key), SIZE, strict=True))
        for _ in range((360 - turned) // 90):  # the touchscreen has it anticlockwise
            x, y = 1 - y, x
        finger_at(x, y, finger)
        finger_at(x, y, finger, pygame.FINGERUP)
        assert keys(window.wait(0)) == [key]
    window.close()


def test_a_touch_between_two_keys_is_the_nearer_one() -> None:
    zones = [
        TouchZone(pygame.Rect(0, 0, 50, 50), Key.D1),
        TouchZone(pygame.Rect(58, 0, 50, 50), Key.D2),
    ]
    for x, key in ((49, Key.D1), (52, Key.D1), (56, Key.D2), (58, Key.D2)):
        zone = zone_at(zones, (x, 25))
        assert zone is not None
        assert zone.key is key
    assert zone_at(zones, (25, 90)) is None


@pytest.mark.parametrize(
    ("code", "key"),
    [
        (pygame.K_5, Key.D5),
        (pygame.K_KP5, Key.D5),
        (pygame.K_BACKSPACE, Key.DELETE),
        (pygame.K_ESCAPE, Key.CLEAR),
        (pygame.K_KP_PLUS, Key.PLUS),
        (pygame.K_KP_ENTER, Key.CHARGE),
        (pygame.K_TAB, Key.CURRENCY),
        (pygame.K_F10, Key.MENU),
    ],
)
def test_the_keyboard_means_the_same(window: Window, code: int, key: Key) -> None:
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, mod=0))
    assert keys(window.wait(1.0)) == [key]


def test_the_logo_must_be_held(window: Window) -> None:
    x, y = place_of(window, Key.MENU)
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(x, y), button=1, touch=False))
    assert keys(window.wait(1.0)) == []
    window.draw(IDLE)
    assert keys(window.wait(0)) == []
    window.draw(replace(IDLE, now_s=NOW_S + 2.1))
    assert keys(window.wait(0)) == [Key.MENU]


def test_the_same_till_is_not_drawn_twice(window: Window) -> None:
    assert not window.draw(replace(IDLE, now_s=NOW_S + 30, unix_s=5))
    assert window.draw(till(AWAITING))


def test_idle_needs_no_frame_and_the_animation_needs_sixty_a_second(window: Window) -> None:
    assert window.next_frame_s(IDLE) is None
    moving = till(Forwarded(SALE, NOW_S - 1))
    due = window.next_frame_s(moving)
    assert due is not None
    assert due - NOW_S == pytest.approx(1 / 60)
    assert window.next_frame_s(till(Forwarded(SALE, NOW_S - 10))) is None


def test_codes_are_prepared_for_while_blink_is_asked_and_not_before(window: Window) -> None:
    prepare.cache_clear()
    window.draw(till(EnteringAmount(ENTRY)))
    assert prepare.cache_info().misses == 0
    window.draw(till(RequestingInvoice(SALE, ENTRY, NOW_S)))
    assert prepare.cache_info().misses == 1


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_frame_of_motion_leaves_the_display_as_a_whole_picture_would(rotate: int) -> None:
    """Only what has changed is copied: nothing of the frame before may stay."""
    window, fresh = (Window(Look(), SIZE, rotate) for _ in range(2))
    for hundredth in (0, 9, 30, 54, 56, 120, 200, 239, 250, 260):
        now_s = NOW_S + hundredth / 100
        shown = till(Forwarded(SALE, NOW_S + 0.1, NOW_S), now_s=now_s)
        window.draw(shown)
        moved = painter_of(window).page.display.copy()
        painter_of(fresh).start_on(painter_of(fresh).page)
        fresh.draw(shown)
        assert moved.get_buffer().raw == painter_of(fresh).page.display.get_buffer().raw, hundredth
    window.close()


def test_another_thread_can_wake_it(window: Window) -> None:
    waker = Thread(target=window.wake)
    waker.start()
    assert window.wait(None) == ()
    waker.join()


def test_a_speaker_that_hangs_is_news_for_the_till(window: Window) -> None:
    """Box fault 1: it was told to nobody."""
    window.on_speaker_hang()
    assert window.wait(None) == (DeviceFailed(Trouble(TroubleKind.SPEAKER_HANGS)),)
    assert window.wait(0) == ()


def test_a_screen_that_is_plugged_in_again_is_drawn_on_again() -> None:
    """Box fault 5: it stayed black until the next start."""
    now_s, connected = [50.0], [frozenset({"card1-HDMI-A-1"})]
    window = Window(Look(), SIZE, connectors=lambda: connected[0], clock=lambda: now_s[0])
    assert window.draw(IDLE)
    for seen, draws in (
        (frozenset({"card1-HDMI-A-1"}), False),
        (frozenset[str](), False),
        (frozenset({"card1-HDMI-A-1"}), True),
    ):
        connected[0] = seen
        now_s[0] += CONNECTORS_S
        assert window.draw(IDLE) is draws
    assert pygame.display.get_surface() is painter_of(window).page.display
    window.close()


def test_a_screen_that_refuses_a_picture_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Box fault 5: the program ended."""
    window = Window(Look(), SIZE)

    def refuse() -> None:
        raise pygame.error("drmModePageFlip failed")

    with monkeypatch.context() as patched:
        patched.setattr(pygame.display, "flip", refuse)
        window.draw(IDLE)
    assert window.draw(IDLE)
    window.close()


def test_a_page_that_cannot_be_drawn_is_a_plain_one_that_leads_back(
    window: Window, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Box fault 23: a code too long to draw ended the program, again at every start."""

    def fail(*_: object) -> None:
        raise ValueError("blink_secret_that_is_quoted")

    with monkeypatch.context() as broken:
        broken.setattr("kiosk.screen.display.painter.paint", fail)
        for number in range(3):
            assert window.draw(replace(till(AWAITING), now_s=NOW_S + number * BAR_STEP_S))
            assert [zone.key for zone in zones_of(window)] == [Key.CLEAR]
    assert len([line for line in caplog.messages if "cannot be drawn" in line]) == 1
    assert "secret" not in caplog.text
    window.draw(IDLE)
    assert len(zones_of(window)) > 10


def test_how_long_nobody_has_touched_it_is_known() -> None:
    now_s = [50.0]
    window = Window(Look(), SIZE, clock=lambda: now_s[0])
    pygame.event.post(pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=(1, 1), button=1, touch=False))
    window.wait(0)
    now_s[0] += 7
    assert window.untouched_for_s == 7
    window.close()


def test_every_printable_letter_can_be_touched(window: Window) -> None:
    touched_letters = set()
    for layer in KeyboardLayer:
        spelling = every_view()["passphrase-lower"]
        assert isinstance(spelling.screen, EnteringPassphrase)
        window.draw(replace(spelling, screen=replace(spelling.screen, layer=layer)))
        for zone in zones_of(window):
            if isinstance(zone.key, Letter):
                at = place_of(window, zone.key)
                pygame.event.post(
                    pygame.event.Event(pygame.MOUSEBUTTONDOWN, pos=at, button=1, touch=False)
                )
                assert letters(window.wait(1.0)) == zone.key.text
                touched_letters.add(zone.key.text)
    assert touched_letters == {chr(code) for code in range(32, 127)}


@pytest.mark.parametrize(("view", "typed"), [("passphrase-lower", "aZ 7+"), ("idle", "")])
def test_an_attached_keyboard_spells_a_passphrase_and_nothing_else(
    window: Window, view: str, typed: str
) -> None:
    window.draw(every_view()[view])
    for letter in "aZ 7+":
        code = ord(letter.lower())
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=code, unicode=letter, mod=0))
    pygame.event.post(pygame.event.Event(pygame.KEYDOWN, key=pygame.K_RETURN, unicode="\r", mod=0))
    events = window.wait(1.0)
    assert letters(events) == typed
    assert keys(events)[-1] is Key.CHARGE
