"""The settings as the screen knows them, and the page of them that is open."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from kiosk.sale.first_run_screen import TILL_ACCOUNT
from kiosk.sale.letters import TypedText
from kiosk.sale.payee_lookup import LookUpPayee, payee_of
from kiosk.sale.phone_setup import PhoneProgress, PhoneStep
from kiosk.sale.setting_parts import parts_of
from kiosk.sale.settings_change import ChangeOutcome, SettingsChangeResult
from kiosk.sale.trouble import Trouble

ROWS: Final = 8  # on the screen at once; keys 1 to 8 choose
_PAYEE: Final = frozenset({"KIOSK_RECEIVE", "MERCHANT_ADDRESS", "MERCHANT_USERNAME"})


@dataclass(frozen=True, slots=True)
class EditableSetting:
    """One setting as the screen knows it.

    `value` is its text now, empty for a secret, of which only `is_set` is known. `choices` are all
    its values where there are few. `can_change` is False for what only a file may set, and
    `applies_at_once` True for what needs no new start of the program. `separator` stands between
    the parts of a list, which are changed one by one; it is empty for no list. `problem` says what
    is wrong with a text, empty for nothing.
    """

    name: str
    group: str
    value: str = ""
    is_set: bool = False
    is_secret: bool = False
    can_change: bool = True
    applies_at_once: bool = False
    choices: tuple[str, ...] = ()
    separator: str = ""
    problem: Callable[[str], str] = field(default=lambda _: "", repr=False, compare=False)

    @property
    def changes_payee(self) -> bool:
        """Whether it decides who gets the money."""
        return self.name in _PAYEE

    @property
    def is_typed_twice(self) -> bool:
        """Whether it is hidden while it is typed, and a slip would lock the manager out."""
        return self.name == "KIOSK_PIN"


class SettingsStep(StrEnum):
    """What is shown."""

    GROUPS = "groups"
    LIST = "list"  # the settings of a group
    CHOICE = "choice"
    PARTS = "parts"  # of a list
    TEXT = "text"
    READING_STICK = "reading_stick"
    LOOKING_UP = "looking_up"  # who will get the money
    PAYEE_REFUSED = "payee_refused"
    PHONE_KEY = "phone_key"  # how a new key is copied, before the phone leaves its network
    PHONE = "phone"  # a phone is asked for the key: `phone` says how far that is
    PIN = "pin"  # what will change, and the PIN
    SAVING = "saving"
    ANSWER = "answer"


@dataclass(frozen=True, slots=True)
class SettingsScreen:
    """The pages. `changes` are new texts by name, not yet saved; one may be a PIN.

    `part` is the place of the part of a list that is typed, behind the last a new one; `part_top`
    the first that is shown. `typed_first` is the text of one that is typed once more. `stick` is
    the file of a USB stick that is to be put into force instead. `payee` is who gets the money with
    the changes, as looked up; `trouble` says why that cannot be said. `wants_phone`: the PIN lets a
    phone be asked for a new key. `shows_page_code` says that the phone's second code is wanted,
    though no phone was noticed.
    """

    settings: tuple[EditableSetting, ...]
    step: SettingsStep = SettingsStep.GROUPS
    group: str = ""
    top: int = 0
    setting: EditableSetting | None = None
    part: int | None = None
    part_top: int = 0
    typed: TypedText = TypedText()
    typed_first: str = field(default="", repr=False)
    changes: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    problem: str = ""
    stick: SettingsChangeResult | None = None
    payee: str = ""
    trouble: Trouble | None = None
    result: SettingsChangeResult | None = None
    wants_phone: bool = False
    phone: PhoneProgress | None = None
    shows_page_code: bool = False
    since_s: float = 0.0

    @property
    def groups(self) -> tuple[str, ...]:
        """The groups, in the order of the settings."""
        return tuple(dict.fromkeys(setting.group for setting in self.settings))

    @property
    def in_group(self) -> tuple[EditableSetting, ...]:
        """The settings of the open group."""
        return tuple(setting for setting in self.settings if setting.group == self.group)

    @property
    def shown(self) -> tuple[EditableSetting, ...]:
        """The settings on this page."""
        return self.in_group[self.top : self.top + ROWS]

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts of the list that is open."""
        setting = self.setting
        if setting is None or not setting.separator:
            return ()
        return parts_of(self.text_of(setting), setting.separator)

    @property
    def changed(self) -> tuple[tuple[EditableSetting, str], ...]:
        """What will be saved: each setting as it is, and its new text."""
        new = dict(self.changes)
        return tuple((entry, new[entry.name]) for entry in self.settings if entry.name in new)

    def text_of(self, setting: EditableSetting) -> str:
        """The text of a setting, the new one where it was changed."""
        return dict(self.changes).get(setting.name, setting.value)

    @property
    def is_busy(self) -> bool:
        """Whether root's units are at work; they always answer, and nobody leaves before."""
        return self.step in (SettingsStep.SAVING, SettingsStep.READING_STICK) or self.asks_phone

    @property
    def asks_phone(self) -> bool:
        """Whether root's unit for a phone is at work, and has neither failed nor ended."""
        is_failed = self.phone is not None and self.phone.step is PhoneStep.FAILED
        return self.step is SettingsStep.PHONE and not is_failed

    @property
    def takes_key(self) -> bool:
        """Whether there is a till account, whose key a phone can bring."""
        values = {setting.name: setting.value for setting in self.settings}
        return values.get("KIOSK_RECEIVE") == TILL_ACCOUNT

    @property
    def language(self) -> str:
        """The language of the screen."""
        return next(setting.value for setting in self.settings if setting.name == "KIOSK_LANGUAGE")

    @property
    def needs_restart(self) -> bool:
        """Whether the program has to start again to use what is changed."""
        is_live = all(setting.applies_at_once for setting, _ in self.changed)
        return self.stick is not None or self.phone is not None or not is_live

    @property
    def ends_in_restart(self) -> bool:
        """Whether it is saved, and only waits to be read before the program starts again."""
        result = self.result if self.step is SettingsStep.ANSWER else None
        is_in_force = result is not None and result.outcome is ChangeOutcome.IN_FORCE
        return is_in_force and self.needs_restart

    @property
    def new_payee(self) -> LookUpPayee | None:
        """Who would get the money with the changes; None where they leave that, or name nobody."""
        if not any(setting.changes_payee for setting, _ in self.changed):
            return None
        texts = {setting.name: self.text_of(setting) for setting in self.settings}
        is_direct = texts.get("KIOSK_RECEIVE") == "direct"
        text = (is_direct and texts.get("MERCHANT_ADDRESS")) or texts.get("MERCHANT_USERNAME")
        try:
            return payee_of(text) if text else None
        except ValueError:
            return None  # root says what is wrong with it

    @property
    def takes_letters(self) -> bool:
        """Whether a text is typed here."""
        return self.step is SettingsStep.TEXT
