"""The page as HTML: no script, one style, every text from outside escaped."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Final
from zoneinfo import available_timezones

from kiosk.phone_setup.form import FIELDS, OTHER_NETWORK, PAYEE, PIN_AGAIN, SECRET_FIELDS
from kiosk.phone_setup.gate import DIGITS_PATH, FORM_PATH
from kiosk.phone_setup.messages import Opening
from kiosk.sale.first_run_screen import DIRECT, TILL_ACCOUNT
from kiosk.sale.places import currencies_likely_first, zones_likely_first
from kiosk.screen.text import phone_texts
from kiosk.screen.text.labels import LANGUAGE_NAMES
from kiosk.screen.text.setting_labels import setting_label
from kiosk.screen.text.words import Words
from kiosk.settings import LANGUAGES

_STYLE: Final = """
*{box-sizing:border-box}
body{margin:0 auto;padding:1rem;max-width:32rem;font:1.05rem/1.4 system-ui,sans-serif;
color:#16181d;background:#fff}
h1{font-size:1.4rem;margin:0 0 1rem}
label,legend{display:block;font-weight:600;margin:1.1rem 0 .3rem}
fieldset{border:0;margin:1.1rem 0 0;padding:0}
fieldset label{font-weight:400;margin:.3rem 0;padding:.6rem;border:1px solid #9aa1ad;
border-radius:.5rem}
fieldset input{margin-inline-end:.6rem}
input:not([type=radio]),select,button{width:100%;font:inherit;padding:.7rem;border-radius:.5rem;
border:1px solid #6b7280;background:#fff;color:inherit}
button{margin-top:1.6rem;border:0;background:#0b5cd5;color:#fff;font-weight:600}
small{display:block;color:#4b5563;margin-top:.2rem}
.bad{color:#b3131b;font-weight:600;margin:.3rem 0 0}
"""
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_NUMERIC: Final = 'inputmode="numeric" autocomplete="off"'
_PLAIN: Final = 'autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false"'


def digits_page(opening: Opening, *, is_wrong: bool = False) -> str:
    """Asks for the digits that the box shows."""
    words = Words(opening.language)
    wrong = [_bad(words.tr(phone_texts.WRONG_DIGITS))] if is_wrong else []
    return _form(
        words,
        f"/{opening.token}/{DIGITS_PATH}",
        [
            *wrong,
            _label("digits", words.tr(phone_texts.DIGITS)),
            f'<input id="digits" name="digits" maxlength="6" required dir="ltr" {_NUMERIC}>',
        ],
        words.tr(phone_texts.NEXT),
    )


def form_page(opening: Opening, shown: Mapping[str, str], wrong: Sequence[str] = ()) -> str:
    """Asks for what is wanted; what was typed is there again, and what is wrong is marked."""
    words = Words(opening.language)
    parts = [_bad(words.tr(phone_texts.SOME_WRONG))] if wrong else []
    for name in opening.fields:
        parts.append(_field(opening, words, name, shown.get(name, "")))
        if name in opening.kept:
            parts.append(f"<small>{escape(words.tr(phone_texts.KEPT))}</small>")
        if name in wrong:
            parts.append(_bad(words.tr(phone_texts.FIELD_MISTAKES[name])))
    path = f"/{opening.token}/{FORM_PATH}"
    return _form(words, path, parts, words.tr(phone_texts.SEND))


def sent_page(opening: Opening) -> str:
    """All is right, and goes on at the box."""
    return _sentence_page(opening.language, phone_texts.SENT)


def refusal_page(opening: Opening) -> str:
    """Not for this phone, or not any more."""
    return _sentence_page(opening.language, phone_texts.NOT_THIS_PHONE)


def _sentence_page(language: str, sentence: str) -> str:
    words = Words(language)
    return _page(words, f"<p>{escape(words.tr(sentence))}</p>")


def _form(words: Words, path: str, parts: Iterable[str], button: str) -> str:
    begin = f'<form method="post" action="{escape(path)}" autocomplete="off">'
    return _page(words, begin + "".join(parts) + f"<button>{escape(button)}</button></form>")


def _page(words: Words, body: str) -> str:
    title = escape(words.tr(phone_texts.TITLE))
    direction = "rtl" if words.is_rtl else "ltr"
    return (
        f'<!doctype html><html lang="{words.language}" dir="{direction}"><head>'
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def _field(opening: Opening, words: Words, name: str, value: str) -> str:
    is_alone = opening.fields == (name,)
    label = setting_label(words, name) if is_alone else words.tr(phone_texts.FIELD_LABELS[name])
    match name:
        case "KIOSK_RECEIVE":
            return _ways(words, label, value)
        case "KIOSK_LANGUAGE":
            languages = [(code, LANGUAGE_NAMES[code]) for code in LANGUAGES]
            return _select(name, label, languages, value or opening.language)
        case "WIFI_SSID":
            stays = ("", words.tr(phone_texts.NETWORK_STAYS))
            names = [(network, network) for network in opening.networks]
            return _select(name, label, [stays, *names], value)
        case "KIOSK_TIMEZONE":
            zones = zones_likely_first(opening.language, "", tuple(available_timezones()))
            shown = [(zone, zone.replace("_", " ").replace("/", " / ")) for zone in zones]
            return _select(name, label, [("", ""), *shown], value)
        case "KIOSK_CURRENCY":
            guess = currencies_likely_first(opening.language, "", ())[0]
            return _input(name, label, value or guess, f'dir="ltr" {_PLAIN}')
    return _input(name, label, value, _kind_of(name))


def _kind_of(name: str) -> str:
    if name in ("KIOSK_PIN", PIN_AGAIN):
        return f'type="password" dir="ltr" {_NUMERIC}'
    if name in SECRET_FIELDS:
        return f'type="password" dir="ltr" {_PLAIN}'
    if name in (PAYEE, "WIFI_COUNTRY"):
        return f'dir="ltr" {_PLAIN}'
    if name == OTHER_NETWORK:
        return f'dir="auto" {_PLAIN}'
    return 'dir="auto" autocomplete="off"'


def _input(name: str, label: str, value: str, kind: str) -> str:
    typed = "" if name in SECRET_FIELDS else f' value="{escape(value)}"'
    return (
        _label(name, label)
        + f'<input id="{name}" name="{name}" maxlength="{FIELDS[name]}"{typed} {kind}>'
    )


def _select(name: str, label: str, choices: Sequence[tuple[str, str]], value: str) -> str:
    options = "".join(
        f'<option value="{escape(choice)}"{" selected" if choice == value else ""}>'
        f"{escape(shown)}</option>"
        for choice, shown in choices
    )
    return _label(name, label) + f'<select id="{name}" name="{name}" dir="auto">{options}</select>'


def _ways(words: Words, label: str, value: str) -> str:
    ways = (
        (DIRECT, words.tr(phone_texts.DIRECT_WAY)),
        (TILL_ACCOUNT, words.tr(phone_texts.TILL_ACCOUNT_WAY)),
    )
    buttons = "".join(
        f'<label><input type="radio" name="KIOSK_RECEIVE" value="{way}"'
        f"{' checked' if way == (value or TILL_ACCOUNT) else ''}>{escape(shown)}</label>"
        for way, shown in ways
    )
    return f"<fieldset><legend>{escape(label)}</legend>{buttons}</fieldset>"


def _label(name: str, text: str) -> str:
    return f'<label for="{name}">{escape(text)}</label>'


def _bad(text: str) -> str:
    return f'<p class="bad" role="alert">{escape(text)}</p>'
