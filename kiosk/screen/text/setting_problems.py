"""What is wrong with a setting, in the language of the screen.

The readers of settings say it in English, which is what logs and the command line show. Here is
every such sentence once more as a text to translate, its parts in braces.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from kiosk.screen.text.catalogs import mark
from kiosk.screen.text.setting_labels import choice_label, setting_label
from kiosk.screen.text.words import Words

MOST_SHOWN: Final = 4  # there is room for them on the smallest screen

_SENTENCES: Final = (
    mark("is not an API key of Blink: it looks like blink_ and letters and digits"),
    mark("is a phone number; give the Blink user name"),
    mark("is not a Blink user name: 3 to 50 of a-z, 0-9 and _, with a letter"),
    mark("is not a Lightning address: it looks like name@domain"),
    mark("is a BIP-353 name (₿), which is no Lightning address"),
    mark("is a phone number; give the name of the Lightning address"),
    mark("has a name with other signs than a-z, 0-9, and . _ + -"),
    mark("must not have a port"),
    mark("has a domain that is none: letters, digits, hyphens and dots"),
    mark("has a port that is none"),
    mark("must be one of {choices}"),
    mark("must be a whole number from {least} to {most}"),
    mark("must be currency codes like USD or EUR, or SAT, with commas between"),
    mark("must be 1 to 20 of a-z, 0-9 and -"),
    mark("must be fullscreen or a size like 800x480"),
    mark("names a pin twice"),
    mark("must be 4 to 12 digits"),
    mark("The two PINs were not the same. Begin again."),
    mark("is no time zone known here: a name like America/El_Salvador, from Debian's tzdata"),
    mark("must be a name that `aplay -L` lists, like plughw:CARD=Device"),
    mark("takes at most four percentages"),
    mark("takes at most {most} rates"),
    mark("names a rate twice"),
    mark("must be names with percentages, like VAT 19, reduced 7.5"),
    mark("item {place} must begin with a name of 1 to {most} letters"),
    mark("item {place} has a name with one of ; | \\"),
    mark("item {place} must have a price like 2.50, without a sign of the currency"),
    mark("item {place} has the price 0"),
    mark("item {place} must name its currency like EUR or SAT, or leave it empty"),
    mark("item {place} must have one of these colours, or none: {choices}"),
    mark("item {place} has more than name, price, currency, tax, colour"),
    mark("line {place} must begin with a name of 1 to {most} letters"),
    mark("line {place} has a name with one of ; | \\"),
    mark("line {place} must have a price like 2.50, without a sign of the currency"),
    mark("line {place} has the price 0"),
    mark("line {place} must name its currency like EUR or SAT, or leave it empty"),
    mark("line {place} must have one of these colours, or none: {choices}"),
    mark("line {place} has more than name, price, currency, tax, colour"),
    mark("line {place} has more cells than columns"),
    mark("line {place} is not CSV: {why}"),
    mark("is not UTF-8: save it as CSV UTF-8"),
    mark("has more than {most} items"),
    mark("is larger than {most} kB"),
    mark("is not a setting"),
    mark("must be two letters, like SV: which channels may be used here"),
    mark("takes at most {most} items"),
    mark("names a tax that {setting} does not have: {tax}"),
    mark(
        "must be two digits and a name for each cashier, and a PIN if wanted, like 01 Ana, 02 Bo"
        " 4711"
    ),
    mark("has a PIN that is not 4 to 12 digits"),
    mark("gives two digits to more than one cashier"),
    mark("must be one line of at most {most} characters"),
    mark("takes at most {most} lines, with | between"),
    mark("must be a device like /dev/usb/lp0, or like tcp://192.168.1.50:9100"),
    mark("is for {setting}; now it is {choice}"),
    mark("is missing: make a key with READ, RECEIVE and WRITE at Blink"),
    mark("give either this or {setting}, not both"),
    mark("give this or {setting}: who gets the money?"),
    mark("give this, or {setting}: who gets the money?"),
    mark("goes with {setting}, not with a user name"),
    mark("needs {setting}: a user name cannot be watched"),
    mark("is the key of the BlinkPOS account; two are needed"),
    mark("is for {setting}; every sale is shown here"),
    mark("must name 3 or 4 pins, it names {given}."),
    mark("must name {count} pins, it names {given}."),
    mark("must name BCM pins from {least} to {most}, not {given}."),
    mark("names pin {pin} twice."),
    mark("names pin {pin} which {setting} has already."),
    mark("must have {count} legends, it has {given}."),
    mark("may have {known} only, not {given}."),
    mark("has {given} more than once."),
    mark("lacks {missing}."),
    mark("is not a plain file"),
    mark("is too long to be a settings file"),
    mark("line {line} holds a control character"),
    mark("line {line} cannot be read"),
    mark("line {line} does not begin with a setting"),
    mark("has no = behind it"),
    mark(
        "a # after a blank is not clear; put the value into quotes ('...'), or the remark on a line"
        " of its own"
    ),
    mark("holds a control character"),
    mark("is not a plain text file"),
    mark("is not a wallet id: it looks like {example}"),
    mark("must be an address in plain letters, without blanks"),
    mark("has a port that is no number up to 65535"),
    mark("must not hold a user name or password"),
    mark("must begin with {secure}:// ({plain}:// only to this machine itself)"),
    mark("must be a file in {folder}"),
    mark("must be the network's name, 1 to 32 bytes"),
    mark("must be 8 to 63 letters, digits or signs, or empty if there is none"),
    mark("must be on or off"),
    mark("holds a sign that cannot be kept: a backslash, or both ' and \""),
)
_MEANT: Final = mark("did you mean {near}?")

# A setting, or a file of a stick.
_NAME: Final = re.compile(r"([A-Z][A-Z0-9_]{2,40}|[a-z]{1,20}\.[a-z]{3}):? (.+)")
_PART: Final = re.compile(r"\\\{(\w+)\\\}")
_SETTING: Final = re.compile(r"([A-Z]+_[A-Z_]+)(?:=(\w+))?")


def problem_text(words: Words, problem: str) -> str:
    """A mistake as it is shown: what the setting is called, and what is wrong with it.

    A sentence that is not known here stays as it is.
    """
    named = _NAME.fullmatch(problem)
    if named is None:
        return _translated(words, problem)
    return f"{setting_label(words, named[1])}: {_translated(words, named[2])}"


def problems_text(words: Words, problems: Sequence[str]) -> str:
    """Several mistakes as they are shown: the first few, and how many more there are."""
    return first_of([problem_text(words, problem) for problem in problems], "; ")


def first_of(mistakes: Sequence[str], between: str) -> str:
    """As many mistakes as there is room for, and how many more there are."""
    more = len(mistakes) - MOST_SHOWN
    return between.join([*mistakes[:MOST_SHOWN], *([f"+{more}"] if more > 0 else [])])


def knows(sentence: str) -> bool:
    """Whether there is a text to translate for it."""
    return any(pattern.fullmatch(sentence) for _, pattern in _patterns())


def _translated(words: Words, sentence: str) -> str:
    sentence, _, near = sentence.partition("; did you mean ")
    for template, pattern in _patterns():
        match = pattern.fullmatch(sentence)
        if match is not None:
            parts = {name: _part(words, name, text) for name, text in match.groupdict().items()}
            sentence = words.tr(template, **parts)
            break
    if not near:
        return sentence
    return f"{sentence}; {words.tr(_MEANT, near=near.removesuffix('?'))}"


def _part(words: Words, name: str, text: str) -> str:
    """Settings and choices are called in the sentence as they are on their pages."""
    if name == "setting":
        setting, choice = _setting(text)
        label = setting_label(words, setting)
        return f"{label} = {choice_label(words, choice)}" if choice else label
    if name == "choice":
        return choice_label(words, text)
    return text


def _setting(text: str) -> tuple[str, str]:
    match = _SETTING.fullmatch(text)
    return (text, "") if match is None else (match[1], match[2] or "")


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_with_patterns())


def _with_patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for template in _SENTENCES:
        yield template, re.compile(_PART.sub(r"(?P<\1>.+?)", re.escape(template)))
