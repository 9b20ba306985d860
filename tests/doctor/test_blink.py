"""What the doctor makes of the way to Blink."""

from dataclasses import replace

import pytest

from kiosk.doctor import blink
from kiosk.doctor.finding import Finding, Verdict
from kiosk.sale.account import WindDown
from kiosk.sale.money import Cents
from kiosk.sale.trouble import Trouble, TroubleKind
from kiosk.wallet.connectivity import Connectivity, NetworkPart
from tests.sale.tills import ACCOUNT

NOW = 1_700_000_000
FINE = replace(ACCOUNT, server_unix_s=NOW)
HOST = "api.blink.sv"


def of(what: str, **changed: object) -> Finding:
    seen = replace(FINE, **changed)  # type: ignore[arg-type]
    return next(line for line in blink.account(seen, NOW) if line.what == what)


CASES = [
    (blink.api(Connectivity(HOST, 80, days_left=60)), Verdict.GOOD, "in 80 ms"),
    (blink.api(Connectivity(HOST, 80, days_left=1)), Verdict.NOTE, "ends in 1 days"),
    *((blink.api(Connectivity(HOST, 80, part, "x")), Verdict.STOP, HOST) for part in NetworkPart),
    (blink.socket(Connectivity(HOST, 80)), Verdict.GOOD, "in 80 ms"),
    *(
        (blink.socket(Connectivity(HOST, 80, part, "x")), Verdict.NOTE, "by asking")
        for part in NetworkPart
    ),
    (
        blink.refused(("Blink refuses.", "New key."), Trouble(TroubleKind.KEY_REFUSED)),
        Verdict.STOP,
        "Blink refuses.",
    ),
    (of("account"), Verdict.GOOD, "regtest"),
    (of("merchant"), Verdict.GOOD, "can be paid"),
    (of("guard"), Verdict.GOOD, "1 nodes"),
    (of("guard", nodes=frozenset()), Verdict.NOTE, "any payee"),
    (of("limit"), Verdict.GOOD, "$2,000.00"),
    (of("limit", limit_left=Cents(0)), Verdict.NOTE, "$0.00"),
    (of("limit", limit_left=None), Verdict.NOTE, "did not say"),
    (of("notice"), Verdict.GOOD, "not closing"),
    (of("notice", wind_down=WindDown("WARNED", None, None)), Verdict.NOTE, "WARNED"),
    (of("notice", wind_down=WindDown("X", NOW, None)), Verdict.NOTE, "no sales from 2023-11-14"),
    (of("notice", wind_down=WindDown("X", None, NOW)), Verdict.NOTE, "closed on 2023-11-14"),
    (of("key"), Verdict.GOOD, "no end"),
    (of("key", key_ends_at=NOW + 31 * 86_400), Verdict.GOOD, "in 31 days"),
    (of("key", key_ends_at=NOW + 29 * 86_400), Verdict.NOTE, "ends on 2023-12-13, in 29 days"),
    (blink.keys_left(("MERCHANT_API_KEY",)), Verdict.NOTE, "still set: MERCHANT_API_KEY"),
    (of("clock"), Verdict.GOOD, "agrees"),
    (of("clock", server_unix_s=NOW - 3600), Verdict.NOTE, "3600 s off"),
    (of("clock", server_unix_s=None), Verdict.NOTE, "did not tell"),
]


@pytest.mark.parametrize(("finding", "verdict", "words"), CASES, ids=lambda case: str(case)[:40])
def test_the_way_to_blink_is_judged(finding: Finding, verdict: Verdict, words: str) -> None:
    assert finding.verdict is verdict
    assert words in finding.words
