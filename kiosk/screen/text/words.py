"""Everything the screen says, in the language of the settings. Made once, carried by the look."""

import re
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum
from typing import Final

from kiosk.sale.money import SAT, Currency, Fiat, Sats
from kiosk.sale.tax import TaxRate
from kiosk.sale.trouble import Trouble
from kiosk.screen.drawing.font_coverage import (
    END_ISOLATE,
    FIRST_STRONG_ISOLATE,
    RIGHT_TO_LEFT_ISOLATE,
)
from kiosk.screen.text import numbers
from kiosk.screen.text.catalogs import SOURCE, catalog
from kiosk.screen.text.trouble_texts import IN_DAYS, IN_SATS, TROUBLES

# How a subject names a line of the quick items' file (`kiosk.host.refused_settings`).
_LINE_OF_ITEMS: Final = re.compile(r"items\.csv: line ([0-9]+)")
_BITCOIN: Final = "₿"
_HARD_SPACE: Final = "\u00a0"
_NO_SPACES: Final = ("ja",)  # between sentences


class SatsStyle(StrEnum):
    """How sats are written: `1,234 sats`, or BIP 177's `₿1,234`."""

    SATS = "sats"
    BITCOIN = "bitcoin"


@dataclass(frozen=True, slots=True)
class Words:
    """One language with its ways of writing numbers. Messages are English, with {names}."""

    language: str = SOURCE
    sats_style: SatsStyle = SatsStyle.SATS
    zone: tzinfo = UTC

    @property
    def is_rtl(self) -> bool:
        """Whether the language reads from right to left."""
        return numbers.is_rtl(self.language)

    def tr(self, message: str, **parts: str) -> str:
        """A message in the language, its {names} replaced by the parts."""
        if not message:  # gettext would give the head of the catalogue
            return ""
        return self._filled(catalog(self.language).gettext(message), parts)

    def trn(self, singular: str, plural: str, count: int, **parts: str) -> str:
        """A message that counts; {count} is the count as the language writes it."""
        message = catalog(self.language).ngettext(singular, plural, count)
        return self._filled(message, {"count": self.whole(count), **parts})

    def trouble_text(self, trouble: Trouble) -> tuple[str, str]:
        """What happened, and what to do, with what the trouble is about put in."""
        subject = trouble.subject
        if trouble.kind in IN_SATS and subject.isdigit():
            subject = self.sats(Sats(int(subject)))
        if trouble.kind in IN_DAYS and subject.isdigit():
            subject = self.day(int(subject))
        subject = _LINE_OF_ITEMS.sub(
            lambda line: self.tr("items.csv: line {number}", number=line[1]), subject
        )
        what, cure = TROUBLES[trouble.kind]
        return self.tr(what, subject=subject), self.tr(cure, subject=subject)

    def joined(self, *sentences: str) -> str:
        """Sentences one after the other; empty ones are left out."""
        gap = "" if self.language in _NO_SPACES else " "
        return gap.join(sentence for sentence in sentences if sentence)

    def joined_by_comma(self, *parts: str) -> str:
        """Parts of one line; empty ones are left out, and each keeps its own direction."""
        said = [self._isolated(part, FIRST_STRONG_ISOLATE) for part in parts if part]
        return ("、" if self.language in _NO_SPACES else ", ").join(said)

    def as_written(self, text: str) -> str:
        """Somebody's own words, like a shop's name: they keep their own direction."""
        return self._isolated(text, FIRST_STRONG_ISOLATE) if text else ""

    def tax_rate(self, rate: TaxRate) -> str:
        """A tax rate by its name."""
        return self.as_written(f"{rate.name} {rate.percent} %")

    def money(self, amount: Fiat) -> str:
        """An amount with its symbol, or sats."""
        if amount.currency.code == SAT.code:
            return self.sats(Sats(amount.minor))
        return self._isolated(numbers.money(amount, self.language), RIGHT_TO_LEFT_ISOLATE)

    def sats(self, amount: Sats) -> str:
        """Sats with their unit, in the style of the settings."""
        if self.sats_style is SatsStyle.BITCOIN:
            return f"{_BITCOIN}{self.whole(amount)}"
        written = self.trn("{count} sat", "{count} sats", amount).replace(" ", _HARD_SPACE)
        return self._isolated(written, RIGHT_TO_LEFT_ISOLATE)

    def unit(self, currency: Currency) -> str:
        """A unit by itself, as the key that changes it shows it: USD, sats."""
        if currency.code != SAT.code:
            return currency.code
        return _BITCOIN if self.sats_style is SatsStyle.BITCOIN else self.tr("sats")

    def number(self, minor: int, currency: Currency) -> str:
        """Minor units in major units with the currency's own digits, without a symbol."""
        return numbers.number(minor, currency.fraction_digits, self.language)

    def whole(self, count: int) -> str:
        """A whole number."""
        return numbers.number(count, 0, self.language)

    def percent(self, whole: int) -> str:
        """So many per cent."""
        return numbers.percent(whole, self.language)

    def moment(self, unix_s: int) -> str:
        """Day and minute, in the kiosk's time zone."""
        return numbers.moment(unix_s, self.language, self.zone)

    def day(self, unix_s: int) -> str:
        """A day with its weekday and year, in the kiosk's time zone."""
        return self._isolated(numbers.day(unix_s, self.language, self.zone), RIGHT_TO_LEFT_ISOLATE)

    def date(self, unix_s: int) -> str:
        """A day with its year, in the kiosk's time zone."""
        return self._isolated(numbers.date(unix_s, self.language, self.zone), RIGHT_TO_LEFT_ISOLATE)

    def minute(self, unix_s: int) -> str:
        """A time of the day, in the kiosk's time zone."""
        return self._isolated(
            numbers.minute(unix_s, self.language, self.zone), FIRST_STRONG_ISOLATE
        )

    def clock(self, seconds: int) -> str:
        """A span that runs down, in minutes and seconds."""
        return f"{seconds // 60}:{seconds % 60:02d}"

    def _filled(self, message: str, parts: dict[str, str]) -> str:
        if self.is_rtl:
            parts = {
                name: self._isolated(part, FIRST_STRONG_ISOLATE) for name, part in parts.items()
            }
        return message.format(**parts)

    def _isolated(self, written: str, isolate: str) -> str:
        """Keeps its own direction wherever it is put, where there are two directions."""
        return f"{isolate}{written}{END_ISOLATE}" if self.is_rtl else written
