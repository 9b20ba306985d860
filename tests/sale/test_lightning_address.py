import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.sale.lightning_address import LightningAddress, is_domain_name, parse_lightning_address


@pytest.mark.parametrize(
    ("text", "name", "domain"),
    [
        ("cafe@blink.sv", "cafe", "blink.sv"),
        (" Cafe.Luna@Getalby.COM ", "cafe.luna", "getalby.com"),
        ("cafe+till-1@coinos.io", "cafe+till-1", "coinos.io"),
        ("x@xn--caf-dma.example", "x", "xn--caf-dma.example"),
    ],
)
def test_an_address_is_read_as_people_type_it(text: str, name: str, domain: str) -> None:
    assert parse_lightning_address(text) == LightningAddress(name, domain)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "name@domain"),
        ("cafe", "name@domain"),
        ("@blink.sv", "name@domain"),
        ("₿cafe@blink.sv", "BIP-353"),
        ("+50371234567@blink.sv", "phone"),
        ("50371234567@blink.sv", "phone"),
        ("ca fe@blink.sv", "name with other signs"),
        ("cafe@blink.sv:443", "port"),
        ("cafe@127.0.0.1:9200/x#", "port"),
        ("cafe@127.0.0.1:0", "port"),
        ("cafe@127.0.0.1:70000", "port"),
        ("cafe@127.0.0.1:" + "9" * 5000, "port"),
        ("cafe@user@blink.sv", "domain"),
        ("cafe@blink.sv/path", "domain"),
        ("cafe@10.0.0.1", "domain"),
        ("cafe@2130706433", "domain"),
        ("cafe@0x7f000001", "domain"),
        ("cafe@router", "domain"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_lightning_address(text)


def test_a_port_is_allowed_on_this_machine_alone() -> None:
    address = parse_lightning_address("merchant@127.0.0.1:8080")
    assert (address.domain, address.port, address.is_loopback) == ("127.0.0.1", 8080, True)
    assert str(address) == "merchant@127.0.0.1:8080"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        address = parse_lightning_address(text)
    except ValueError:
        return
    assert parse_lightning_address(str(address)) == address
    assert address.is_loopback or is_domain_name(address.domain)
