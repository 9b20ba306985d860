"""What has to be so after every step, and at the end."""

from kiosk.sale.screens import EnteringAmount, Forwarded, Paid
from tests.stories.law.kiosk import Kiosk
from tests.stories.ledger import Blink


def nothing_is_forwarded_twice_or_unpaid(blink: Blink) -> None:
    """Each sale leaves once at most, after it was paid, and with its own amount (M3, M4, M6)."""
    out = [moved.made.sale for moved in blink.sent]
    twice = [moved for moved in blink.sent if out.count(moved.made.sale) > 1]
    assert not twice, f"a sale was forwarded twice (M6): {twice}"
    received = {moved.made.sale: moved.made.invoice.amount for moved in blink.received}
    for moved in blink.sent:
        assert moved.made.sale in received, "forwarded without having been paid (M4)"
        assert moved.made.invoice.amount == received[moved.made.sale], "another amount (M3)"


def nothing_is_shown_that_is_not_so(kiosk: Kiosk, blink: Blink) -> None:
    """The screen agrees with the ledger (M4, M7)."""
    screen = kiosk.till.screen
    if isinstance(screen, Paid | Forwarded):
        paid = {moved.made.sale for moved in blink.received}
        assert screen.sale.id in paid, "shown as paid, and nobody has paid (M4)"
    if isinstance(screen, Forwarded):
        out = {moved.made.sale for moved in blink.sent}
        assert screen.sale.id in out, "shown as forwarded, and it is not (M7)"


def everything_is_settled(kiosk: Kiosk, blink: Blink) -> None:
    """At the end each paid sale is with the merchant, or excused and named (M6, M8, M11)."""
    assert isinstance(kiosk.till.screen, EnteringAmount), kiosk.till.screen
    assert kiosk.till.out_of_service is None
    out = {moved.made.sale for moved in blink.sent}
    excused = (kiosk.left_to_a_person & kiosk.undecidable) | kiosk.forgotten
    for name, sale in kiosk.shown.items():
        if blink.payments(name):
            assert sale in out | excused, f"{sale} was paid and not forwarded (M6, M8, M11)"
    for forward in kiosk.till.forwards.values():
        assert forward.sale.id in excused, f"{forward} is on its way for ever"
