from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.money import Sats
from kiosk.wallet.lightning_address.messages import (
    Declined,
    OddAnswer,
    proves,
    read_invoice,
    read_pay_request,
    read_verdict,
)

GOOD: dict[str, Any] = {
    "tag": "payRequest",
    "callback": "https://lnurl.example/cb?x=1",
    "minSendable": 1500,
    "maxSendable": 100_999,
    "metadata": '[["text/plain","Pay"]]',
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=6,
)


def test_amounts_are_rounded_to_whole_sats_inwards() -> None:
    pay_request = read_pay_request(GOOD)
    assert (pay_request.least, pay_request.most) == (2, 100)
    assert pay_request.description_hash == sha256(GOOD["metadata"].encode()).hexdigest()


def test_the_callback_keeps_its_own_query_and_a_comment_is_cut_to_bytes() -> None:
    pay_request = read_pay_request({**GOOD, "commentAllowed": 5})
    url = pay_request.invoice_url(Sats(50), 600, "Café Luna")
    assert url == "https://lnurl.example/cb?x=1&amount=50000&expiry=600&comment=Caf%C3%A9"
    assert "comment" not in read_pay_request(GOOD).invoice_url(Sats(50), 600, "Café")


@pytest.mark.parametrize(
    "change",
    [
        {"tag": "withdrawRequest"},
        {"callback": 5},
        {"callback": "https://exämple.com/"},
        {"minSendable": "1000"},
        {"minSendable": True},
        {"minSendable": -1},
        {"minSendable": 1100, "maxSendable": 1900},
        {"maxSendable": 10.5},
        {"metadata": "[]"},
        {"metadata": "{}"},
        {"metadata": "[" * 100_000},
        {"metadata": '["\ud800"]'},
        {"metadata": None},
        {"payerData": {"name": {"mandatory": True}}},
    ],
    ids=str,
)
def test_a_pay_request_that_cannot_be_used_is_odd(change: dict[str, Any]) -> None:
    with pytest.raises(OddAnswer):
        read_pay_request({**GOOD, **change})


def test_an_error_is_told_in_the_servers_words_and_shortened() -> None:
    with pytest.raises(Declined) as caught:
        read_pay_request({"status": "error", "reason": "no\x1b[31m such\nuser" + "x" * 9999})
    assert caught.value.reason.startswith("no [31m such user")
    assert len(caught.value.reason) <= 160


def test_only_the_right_preimage_proves() -> None:
    preimage = b"\x01" * 32
    name = sha256(preimage).hexdigest()
    assert proves(preimage.hex(), name)
    assert proves(preimage.hex().upper(), name)
    for wrong in (None, "", "00" * 32, preimage.hex()[:-1], preimage.hex() + "00", "zz" * 32):
        assert not proves(wrong, name)


@given(JSON, st.dictionaries(st.sampled_from([*GOOD, "status", "pr", "verify", "settled"]), JSON))
def test_any_answer_is_read_or_refused(whole: Any, part: dict[str, Any]) -> None:
    for body in (whole if isinstance(whole, dict) else {}, {**GOOD, **part}):
        for read in (read_pay_request, read_invoice, read_verdict):
            try:
                read(body)
            except (Declined, OddAnswer):
                continue
