"""A cashier, as the settings list them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Cashier:
    """Who sells. `code` is two digits; `pin` is a PIN's hash (`sale.pin`), empty for none."""

    code: str
    name: str
    pin: str = field(default="", repr=False)

    @property
    def label(self) -> str:
        """What is shown, and what the journal keeps with a sale: `01 Ana`."""
        return f"{self.code} {self.name}"
