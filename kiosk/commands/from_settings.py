"""What the settings say to each part: the rules of sales, Blink, the display, the panel."""

import logging
import secrets
from dataclasses import replace
from typing import Final

from kiosk.commands.receipts import receipt_rule_of, shop_of
from kiosk.panel.wiring import Wiring, read_wiring
from kiosk.provision.env_file import quoted
from kiosk.sale.money import SAT, Sats
from kiosk.sale.rules import OverLimitPolicy, Rules
from kiosk.screen.drawing.font_coverage import covers
from kiosk.screen.drawing.look import Look
from kiosk.screen.text.words import SatsStyle, Words
from kiosk.settings import Settings
from kiosk.settings.cashiers import cashiers_of
from kiosk.settings.on_screen import editable_settings
from kiosk.wallet.endpoints import DirectMerchant, Endpoints

log: Final = logging.getLogger("kiosk")


def rules_of(settings: Settings, installation: str) -> Rules:
    """What the settings say about sales."""
    units = settings.currencies
    pin, cashiers = settings.pin, settings.cashiers
    return Rules(
        kiosk_id=settings.kiosk_id,
        run=secrets.token_hex(4),
        shop_name=settings.name,
        installation=installation,
        units=units if SAT.code in units else (*units, SAT.code),
        max_sale=Sats(settings.max_sat),
        invoice_min=settings.invoice_minutes,
        over_limit=OverLimitPolicy(settings.over_limit),
        success_s=settings.success_seconds,
        tips=settings.tips,
        taxes=settings.taxes,
        items=tuple(replace(item, currency=item.currency or units[0]) for item in settings.items),
        cashiers=cashiers_of(cashiers.reveal()) if cashiers is not None else (),
        pin=pin.reveal() if pin is not None else "",
        merchant_username=merchant_name_of(settings),
        merchant_updates=settings.merchant_updates,
        direct=settings.receive == "direct",
        settings=editable_settings(settings),
        # With cashiers, what others have sold is for the manager alone.
        last_sales=settings.last_sales != "off" and cashiers is None,
        languages=tuple(dict.fromkeys((settings.language, *settings.customer_languages))),
        copies=settings.copies,
        zone=settings.timezone,
        keys_left=keys_left_in(settings),
        receipts=receipt_rule_of(settings),
        has_printer=bool(settings.printer),
        shop=shop_of(settings),
    )


def merchant_name_of(settings: Settings) -> str:
    """What the merchant's wallet is remembered by."""
    address = settings.merchant_address if settings.receive == "direct" else None
    return settings.merchant_username or (str(address) if address is not None else "")


def keys_left_in(settings: Settings) -> tuple[str, ...]:
    """The keys that direct sales do not need, by their settings."""
    if settings.receive != "direct":
        return ()
    keys = {
        "BLINKPOS_API_KEY": settings.blinkpos_api_key,
        "MERCHANT_API_KEY": settings.merchant_api_key,
    }
    return tuple(name for name, key in keys.items() if key is not None)


def endpoints_of(settings: Settings) -> Endpoints:
    """What the settings say about Blink."""
    return Endpoints(
        api_url=settings.api_url,
        ws_url=settings.ws_url,
        till_key=settings.blinkpos_api_key,
        merchant_key=settings.merchant_api_key,
        merchant_username=settings.merchant_username,
        till_wallet_id=settings.blinkpos_wallet_id,
        merchant_wallet_id=settings.merchant_wallet_id,
        currencies=settings.currencies,
        merchant_updates=settings.merchant_updates,
        direct=_direct_merchant(settings),
    )


def copy_settings_of(settings: Settings) -> str:
    """The settings file for `kiosk copy`, which knows no other settings of the till's."""
    values = {
        "KIOSK_JOURNAL": str(settings.journal),
        "KIOSK_ID": settings.kiosk_id,
        "KIOSK_TIMEZONE": str(settings.timezone),
    }
    return "".join(f"{name}={quoted(value)}\n" for name, value in values.items())


def _direct_merchant(settings: Settings) -> DirectMerchant | None:
    if settings.receive != "direct":
        return None
    address = settings.merchant_address
    name = settings.merchant_username if address is None else address.name
    assert name is not None  # the settings were loaded with an account
    return DirectMerchant(name, address)


def look_of(settings: Settings) -> Look:
    """What the settings say about the display."""
    words = Words(settings.language, SatsStyle(settings.sats), settings.timezone)
    if not covers(settings.name):
        log.warning("KIOSK_NAME has letters that no font here has; they are drawn as ?")
    return Look(
        settings.theme,
        settings.key_order,
        settings.name,
        words=words,
        logo=settings.logo,
        left_handed=settings.left_handed,
        amounts_hidden=settings.last_sales == "times",
    )


def wiring_of(settings: Settings) -> Wiring:
    """The keypad's wiring as set, or the usual one."""
    return read_wiring(
        settings.keypad_rows,
        settings.keypad_columns,
        settings.keypad_layout,
        led_pin=settings.led_pin,
        buzzer_pin=settings.buzzer_pin,
    )
