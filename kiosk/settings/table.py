"""All settings, one entry each. What reads, checks and explains a setting is made from its entry.

After a change here run `python -m tests.settings_docs`: it writes `.env.example` and the tables of
`docs/settings.md`. The order is theirs too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import tzinfo
from pathlib import Path
from typing import Final, Literal

from kiosk.clock import system_zone
from kiosk.sale.days import DAY_S
from kiosk.sale.lightning_address import LightningAddress, parse_lightning_address
from kiosk.sale.quick_item import QuickItem
from kiosk.sale.tax import TaxRate
from kiosk.settings import cashiers, items, parsers, receipt_parsers
from kiosk.settings.defaults import default_journal, id_of_host, logo_file
from kiosk.settings.entry import Group, Setting, setting, setting_of
from kiosk.settings.secret import Secret

LANGUAGES: Final = ("en", "es", "de", "fr", "pt", "it", "he", "ja")
MOST_SAT: Final = 10_000_000_000_000  # Blink's SatAmount


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the merchant decides, read and checked."""

    receive: str = setting(
        "KIOSK_RECEIVE",
        parsers.one_of("forward", "direct"),
        "`forward`: a till account is paid, and forwards to the merchant; `direct`: the merchant is"
        " paid, with no till account and no key",
        group=Group.ACCOUNTS,
        default="forward",
    )
    merchant_address: LightningAddress | None = setting(
        "MERCHANT_ADDRESS",
        parse_lightning_address,
        "Lightning address of the merchant for `direct`, like `name@blink.sv`",
        group=Group.ACCOUNTS,
        default_words="`MERCHANT_USERNAME` at Blink",
    )
    blinkpos_api_key: Secret | None = setting(
        "BLINKPOS_API_KEY",
        parsers.api_key,
        "required for `forward`: API key of the till account, with READ, RECEIVE and WRITE",
        group=Group.ACCOUNTS,
        secret=True,
        changed_on_screen=False,
    )
    blinkpos_wallet_id: str | None = setting(
        "BLINKPOS_WALLET_ID",
        parsers.wallet_id,
        "BTC wallet of the till account",
        group=Group.ACCOUNTS,
        default_words="asked from Blink",
        changed_on_screen=False,
    )
    merchant_username: str | None = setting(
        "MERCHANT_USERNAME",
        parsers.username,
        "Blink user name of the merchant, so that no secret of theirs is on the device; required is"
        " this or `MERCHANT_API_KEY`; for `direct`, this or `MERCHANT_ADDRESS`",
        group=Group.ACCOUNTS,
    )
    merchant_api_key: Secret | None = setting(
        "MERCHANT_API_KEY",
        parsers.api_key,
        "API key of the merchant account; RECEIVE is enough if the wallet is named",
        group=Group.ACCOUNTS,
        secret=True,
        changed_on_screen=False,
    )
    merchant_wallet_id: str | None = setting(
        "MERCHANT_WALLET_ID",
        parsers.wallet_id,
        "BTC wallet of the merchant account",
        group=Group.ACCOUNTS,
        default_words="asked from Blink",
        changed_on_screen=False,
    )
    merchant_updates: bool = setting(
        "MERCHANT_UPDATES",
        parsers.on_or_off,
        "`on` also shows money that reaches the merchant directly: its own picture, light and"
        " sound, for it is no sale",
        group=Group.ACCOUNTS,
        default="off",
    )
    api_url: str = setting(
        "BLINK_API_URL",
        parsers.url("https", "http"),
        "Blink's address for requests; plain `http` only to this machine",
        group=Group.ACCOUNTS,
        default="https://api.blink.sv/graphql",
        changed_on_screen=False,
    )
    ws_url: str = setting(
        "BLINK_WS_URL",
        parsers.url("wss", "ws"),
        "Blink's address for the connection of a sale; plain `ws` only to this machine",
        group=Group.ACCOUNTS,
        default="wss://ws.blink.sv/graphql",
        changed_on_screen=False,
    )
    currencies: tuple[str, ...] = setting(
        "KIOSK_CURRENCY",
        parsers.currencies,
        "favourites for the unit key, the first at start: `USD`, `EUR,USD`, `SAT`",
        group=Group.MONEY,
        applies_at_once=True,
        default="USD",
    )
    sats: str = setting(
        "KIOSK_SATS",
        parsers.one_of("sats", "bitcoin"),
        "how sats are written: `sats` (1,234 sats) or `bitcoin` (₿1,234)",
        group=Group.MONEY,
        applies_at_once=True,
        default="sats",
    )
    invoice_minutes: int = setting(
        "KIOSK_INVOICE_MINUTES",
        parsers.number(1, 1440),
        "minutes for which a code can be paid, 1 to 1440",
        group=Group.MONEY,
        applies_at_once=True,
        default="10",
    )
    max_sat: int = setting(
        "KIOSK_MAX_SAT",
        parsers.number(1, MOST_SAT),
        "largest sale in sats",
        group=Group.MONEY,
        applies_at_once=True,
        default="10000000",
    )
    over_limit: str = setting(
        "KIOSK_OVER_LIMIT",
        parsers.one_of("hold", "refuse"),
        "`hold` or `refuse` sales above what can be forwarded today",
        group=Group.MONEY,
        applies_at_once=True,
        default="hold",
    )
    tips: tuple[int, ...] = setting(
        "KIOSK_TIPS",
        parsers.tips,
        "percentages offered, like `5,10,15`; none if empty",
        group=Group.MONEY,
        applies_at_once=True,
        if_empty=tuple,
    )
    taxes: tuple[TaxRate, ...] = setting(
        "KIOSK_TAX",
        parsers.taxes,
        "tax rates in percent, included in prices, like `VAT 19, reduced 7`; the first is the usual"
        " one, another is a key away; no tax on receipts and in files if empty",
        group=Group.MONEY,
        applies_at_once=True,
        if_empty=tuple,
    )
    items: tuple[QuickItem, ...] = setting(
        "KIOSK_ITEMS",
        items.items,
        "up to 24 quick items with a bar between, each name;price;currency;tax;colour, the last"
        " three if wanted, like `Coffee;2.50;EUR;reduced;brown`",
        group=Group.MONEY,
        applies_at_once=True,
        if_empty=tuple,
        default_words="none",
        separator=items.SEPARATOR,
    )
    success_seconds: int = setting(
        "KIOSK_SUCCESS_SECONDS",
        parsers.number(0, 3600),
        "seconds for which the success screen stays; 0 keeps it until a key",
        group=Group.MONEY,
        applies_at_once=True,
        default="8",
    )
    pin: Secret | None = setting(  # hashed (`sale.pin`): the digits are kept nowhere
        "KIOSK_PIN",
        parsers.manager_pin,
        "manager PIN for totals, history, retry; an appliance keeps its hash alone",
        group=Group.DEVICE,
        secret=True,
        default_words="those screens are off",
        kept=parsers.kept_pin,
    )
    cashiers: Secret | None = setting(  # the PINs in it hashed
        "KIOSK_CASHIERS",
        cashiers.cashiers,
        "who sells, each with two digits, a name and, if wanted, a PIN: `01 Ana, 02 Bo 4711`; one"
        " is chosen before anything is sold, kept with each sale and summed up apart; an appliance"
        " keeps the PINs' hashes alone",
        group=Group.DEVICE,
        secret=True,
        default_words="no question who sells",
        kept=cashiers.kept_cashiers,
    )
    kiosk_id: str = setting(
        "KIOSK_ID",
        parsers.kiosk_id,
        "this kiosk's name in memos, `a-z0-9-`, 1 to 20",
        group=Group.DEVICE,
        if_empty=id_of_host,
        default_words="from the host name",
    )
    timezone: tzinfo = setting(
        "KIOSK_TIMEZONE",
        parsers.timezone,
        "where a day begins and what times are shown in, like `America/El_Salvador`",
        group=Group.DEVICE,
        applies_at_once=True,
        if_empty=system_zone,
        default_words="the system's",
    )
    copies: bool = setting(
        "KIOSK_COPIES",
        parsers.on_or_off,
        "`on`: at each close, and with the first sale of a day, a copy of the journal and of all"
        " files goes onto a USB stick that is named `KIOSKCOPY`",
        group=Group.DEVICE,
        applies_at_once=True,
        default="off",
    )
    journal: Path = setting(
        "KIOSK_JOURNAL",
        Path,
        "the SQLite journal; a `kiosk.env` on the boot partition may only name a file in"
        " `/var/lib/kiosk`",
        group=Group.DEVICE,
        if_empty=default_journal,
        default_words="`/var/lib/kiosk/journal.sqlite3`; off an appliance in the user's data"
        " folder",
        boot_check=parsers.in_data_folder,
        changed_on_screen=False,
    )
    log_level: str = setting(
        "KIOSK_LOG",
        parsers.one_of("info", "debug"),
        "how much is logged: `info` or `debug`",
        group=Group.DEVICE,
        default="info",
    )
    receipt: str | None = setting(
        "KIOSK_RECEIPT",
        parsers.one_of("ask", "always", "off"),
        "`ask`: keys of the paid screen print the receipt and show it as a code; `always`: each"
        " sale and refund is printed by itself; `off`: from the manager's pages alone",
        group=Group.RECEIPTS,
        applies_at_once=True,
        default_words="`ask` with a printer, else `off`",
    )
    printer: str = setting(
        "KIOSK_PRINTER",
        receipt_parsers.printer,
        "the receipt printer: `/dev/usb/lp0`, or `tcp://192.168.1.50:9100`",
        group=Group.RECEIPTS,
        if_empty=str,
        default_words="none",
    )
    paper: str = setting(
        "KIOSK_PAPER",
        parsers.one_of("58", "80"),
        "width of the printer's paper in mm: 58, 80",
        group=Group.RECEIPTS,
        default="80",
    )
    drawer: bool = setting(
        "KIOSK_DRAWER",
        parsers.on_or_off,
        "`on`: a receipt that is printed opens the cash drawer at the printer; a copy does not",
        group=Group.RECEIPTS,
        default="off",
    )
    address: tuple[str, ...] = setting(
        "KIOSK_ADDRESS",
        receipt_parsers.printed_lines,
        "the shop's address on receipts, with `|` between lines: `Main Street 5|1000 Town`",
        group=Group.RECEIPTS,
        applies_at_once=True,
        separator=receipt_parsers.SEPARATOR,
        if_empty=tuple,
    )
    tax_number: str = setting(
        "KIOSK_TAX_NUMBER",
        receipt_parsers.printed_line,
        "the shop's tax number on receipts",
        group=Group.RECEIPTS,
        applies_at_once=True,
        if_empty=str,
    )
    receipt_header: tuple[str, ...] = setting(
        "KIOSK_RECEIPT_HEADER",
        receipt_parsers.printed_lines,
        "lines above the shop's name on receipts, with `|` between",
        group=Group.RECEIPTS,
        applies_at_once=True,
        separator=receipt_parsers.SEPARATOR,
        if_empty=tuple,
    )
    receipt_footer: tuple[str, ...] = setting(
        "KIOSK_RECEIPT_FOOTER",
        receipt_parsers.printed_lines,
        "lines at the end of receipts, with `|` between",
        group=Group.RECEIPTS,
        applies_at_once=True,
        separator=receipt_parsers.SEPARATOR,
        if_empty=tuple,
    )
    language: str = setting(
        "KIOSK_LANGUAGE",
        parsers.one_of(*LANGUAGES),
        "language of the screen: " + ", ".join(f"`{language}`" for language in LANGUAGES),
        group=Group.SCREEN,
        applies_at_once=True,
        default="en",
    )
    customer_languages: tuple[str, ...] = setting(
        "KIOSK_CUSTOMER_LANGUAGES",
        parsers.several_of(*LANGUAGES),
        "languages that a key beside the code offers the customer for one sale, like `en,de`; no"
        " key if empty",
        group=Group.SCREEN,
        applies_at_once=True,
        if_empty=tuple,
    )
    name: str = setting(
        "KIOSK_NAME",
        parsers.shop_name,
        "the merchant's name on the screen",
        group=Group.SCREEN,
        applies_at_once=True,
        if_empty=str,
    )
    logo: Path | None = setting(
        "KIOSK_LOGO",
        logo_file,
        "the merchant's logo, a PNG or SVG file, instead of the name; text in an SVG as paths;"
        " `stick` is the one that was taken from a USB stick",
        group=Group.SCREEN,
        changed_on_screen=False,
    )
    theme: str = setting(
        "KIOSK_THEME",
        parsers.one_of("light", "dark", "contrast"),
        "colours: `light`, `dark`, `contrast`",
        group=Group.SCREEN,
        applies_at_once=True,
        default="light",
    )
    key_order: str = setting(
        "KIOSK_KEY_ORDER",
        parsers.one_of("phone", "calculator"),
        "order of the digits: `phone` (123 on top) or `calculator`",
        group=Group.SCREEN,
        applies_at_once=True,
        default="phone",
    )
    left_handed: bool = setting(
        "KIOSK_LEFT_HANDED",
        parsers.on_or_off,
        "`on`: the keypad is on the left of a landscape display",
        group=Group.SCREEN,
        applies_at_once=True,
        default="off",
    )
    last_sales: str = setting(
        "KIOSK_LAST_SALES",
        parsers.one_of("amounts", "times", "off"),
        "today's last sales beside the keypad of a large display while nothing is typed: `amounts`,"
        " only `times`, or `off`",
        group=Group.SCREEN,
        applies_at_once=True,
        default="amounts",
    )
    screen: tuple[int, int] | None = setting(
        "KIOSK_SCREEN",
        parsers.screen,
        "size of the picture: `fullscreen`, or a window like `800x480`",
        group=Group.SCREEN,
        default="fullscreen",
    )
    rotate: int = setting(
        "KIOSK_ROTATE",
        parsers.quarter_turns,
        "turns picture and touch clockwise: 0, 90, 180, 270",
        group=Group.SCREEN,
        default="0",
    )
    touch_rotate: int = setting(
        "KIOSK_TOUCH_ROTATE",
        parsers.quarter_turns,
        "turns the touch alone, where it does not meet the picture: 0, 90, 180, 270",
        group=Group.SCREEN,
        default="0",
    )
    dim_seconds: int = setting(
        "KIOSK_DIM_SECONDS",
        parsers.number(0, DAY_S),
        "seconds untouched until the screen dims, and half a minute later drifts; 0 is never",
        group=Group.SCREEN,
        applies_at_once=True,
        default="120",
    )
    blank_seconds: int = setting(
        "KIOSK_BLANK_SECONDS",
        parsers.number(0, DAY_S),
        "seconds untouched until the screen goes black; 0 is never",
        group=Group.SCREEN,
        applies_at_once=True,
        default="900",
    )
    brightness: int | None = setting(
        "KIOSK_BRIGHTNESS",
        parsers.number(10, 100),
        "brightness of a display whose backlight can be set, in percent, 10 to 100",
        group=Group.SCREEN,
        applies_at_once=True,
        default_words="as the display has it",
    )
    volume: int = setting(
        "KIOSK_VOLUME",
        parsers.number(0, 100),
        "volume of the tones, 0 to 100; 0 opens no audio device",
        group=Group.SCREEN,
        applies_at_once=True,
        default="60",
    )
    audio_device: str = setting(
        "KIOSK_AUDIO_DEVICE",
        parsers.audio_device,
        "ALSA's name of the speaker, as `aplay -L` lists it: `plughw:CARD=Device` for many a USB"
        " one",
        group=Group.SCREEN,
        if_empty=str,
        default_words="the system's",
    )
    gpio: Literal["auto", "on", "off"] = setting(
        "KIOSK_GPIO",
        parsers.gpio,
        "whether the pins are used: `auto`, `on` (fail without), `off`",
        group=Group.WIRING,
        default="auto",
    )
    keypad_rows: tuple[int, ...] | None = setting(
        "KIOSK_KEYPAD_ROWS",
        parsers.pins,
        "BCM pins of the rows, with commas between",
        group=Group.WIRING,
        default_words="the usual wiring",
    )
    keypad_columns: tuple[int, ...] | None = setting(
        "KIOSK_KEYPAD_COLUMNS",
        parsers.pins,
        "BCM pins of the columns, with commas between",
        group=Group.WIRING,
        default_words="the usual wiring",
    )
    keypad_layout: str | None = setting(
        "KIOSK_KEYPAD_LAYOUT",
        str,
        "legends of the keys, row after row: `123A 456B 789C *0#D`",
        group=Group.WIRING,
        default_words="by the columns",
    )
    led_pin: int | None = setting(
        "KIOSK_LED_PIN",
        parsers.pin,
        "BCM pin of the LED, empty for none",
        group=Group.WIRING,
        default="17",
        keeps_empty=True,
    )
    buzzer_pin: int | None = setting(
        "KIOSK_BUZZER_PIN",
        parsers.pin,
        "BCM pin of the buzzer",
        group=Group.WIRING,
        keeps_empty=True,
        default_words="none",
    )


FIELDS: Final[Mapping[str, Setting]] = {field.name: setting_of(field) for field in fields(Settings)}
TABLE: Final[Mapping[str, Setting]] = {entry.name: entry for entry in FIELDS.values()}
SECRETS: Final = tuple(entry.name for entry in TABLE.values() if entry.secret)
