"""What the box tells the till about itself."""

from dataclasses import replace

from kiosk.sale.events import SettingsRefused, Visited
from kiosk.sale.keys import Key, Light
from kiosk.sale.light import light
from kiosk.sale.till import Requesting
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.sale.tills import ACCOUNT, Story, rates

REFUSED = Trouble(TroubleKind.WRONG_SETTINGS, "KIOSK_ROTATE, KIOSK_PIN")


def test_refused_settings_are_told_while_the_ones_before_them_go_on_selling() -> None:
    story = Story()
    story.wait(1)
    story.play(Visited(ACCOUNT), SettingsRefused(REFUSED))
    assert [alarm.trouble for alarm in story.till.alarms] == [REFUSED]
    assert light(story.till) is Light.TROUBLE
    assert story.till.out_of_service is None
    story.till = replace(story.till, rates=rates(story.till.now_s))
    story.press("500", Key.CHARGE)
    assert isinstance(story.till.screen, Requesting)


def test_a_till_without_settings_is_out_of_service() -> None:
    till = replace(Story().till, settings_trouble=REFUSED)
    assert till.out_of_service == REFUSED
