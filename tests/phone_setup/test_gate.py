"""Who may see the page: decided without a network, a clock or a phone."""

from dataclasses import replace

import pytest

from kiosk.phone_setup.gate import (
    DIGITS_WITHIN_S,
    FORM_WITHIN_S,
    MOST_BODY_BYTES,
    REQUEST_BURST,
    REQUESTS_PER_S,
    TRIES,
    Gate,
    Phone,
    Verdict,
    Visit,
    judge,
    sent,
    try_digits,
)

TOKEN = "ab" * 16
HOST = "10.7.8.1"
ORIGIN = f"http://{HOST}"
ADDRESS = "10.7.8.20"
GATE = Gate(TOKEN, "012345", HOST, opened_s=100.0, last_visit_s=100.0)
LET_IN = replace(GATE, phone=Phone(ADDRESS, "cookie"))
ASKS = Visit(ADDRESS, "GET", f"/{TOKEN}/", HOST)
SENDS_DIGITS = Visit(ADDRESS, "POST", f"/{TOKEN}/digits", HOST, ORIGIN, body_bytes=13)
SENDS_FORM = Visit(ADDRESS, "POST", f"/{TOKEN}/form", HOST, ORIGIN, "cookie", body_bytes=900)


def verdict(gate: Gate, visit: Visit, now_s: float = 101.0) -> Verdict:
    return judge(gate, visit, now_s)[1]


@pytest.mark.parametrize(
    ("visit", "wanted"),
    [
        (ASKS, Verdict.DIGITS_PAGE),
        (replace(ASKS, method="HEAD"), Verdict.DIGITS_PAGE),
        (replace(ASKS, path=f"/{TOKEN}"), Verdict.DIGITS_PAGE),
        (SENDS_DIGITS, Verdict.TRY_DIGITS),
        (SENDS_FORM, Verdict.DIGITS_PAGE),
        (replace(ASKS, path="/"), Verdict.NOT_FOUND),
        (replace(ASKS, path=f"/{'ac' * 16}/"), Verdict.NOT_FOUND),
        (replace(ASKS, path=f"/{TOKEN}/../etc/passwd"), Verdict.NOT_FOUND),
        (replace(ASKS, path=f"/{TOKEN}/%2e%2e/x"), Verdict.NOT_FOUND),
        (replace(ASKS, path=f"//{TOKEN}/"), Verdict.NOT_FOUND),
        (replace(ASKS, path=f"/{TOKEN}/form"), Verdict.NOT_FOUND),
        (replace(ASKS, path=f"/{TOKEN}\udcff/"), Verdict.NOT_FOUND),
        (replace(ASKS, host="evil.example"), Verdict.NOT_FOUND),
        (replace(ASKS, host=None), Verdict.NOT_FOUND),
        (replace(ASKS, method="PUT"), Verdict.NOT_FOUND),
        (replace(SENDS_DIGITS, path=f"/{TOKEN}/"), Verdict.NOT_FOUND),
        (replace(SENDS_DIGITS, origin="http://evil.example"), Verdict.OTHER_ORIGIN),
        (replace(SENDS_DIGITS, origin="null"), Verdict.OTHER_ORIGIN),
        (replace(SENDS_DIGITS, origin=None), Verdict.OTHER_ORIGIN),
        (replace(SENDS_DIGITS, origin=f"https://{HOST}"), Verdict.OTHER_ORIGIN),
        (replace(SENDS_DIGITS, body_bytes=None), Verdict.TOO_LARGE),
        (replace(SENDS_DIGITS, body_bytes=MOST_BODY_BYTES + 1), Verdict.TOO_LARGE),
    ],
)
def test_before_the_digits_a_request_gets_the_page_for_them_or_nothing(
    visit: Visit, wanted: Verdict
) -> None:
    assert verdict(GATE, visit) is wanted


@pytest.mark.parametrize(
    ("visit", "wanted"),
    [
        (replace(ASKS, cookie="cookie"), Verdict.FORM_PAGE),
        (SENDS_FORM, Verdict.TAKE_FORM),
        (replace(SENDS_DIGITS, cookie="cookie"), Verdict.FORM_PAGE),
        (ASKS, Verdict.OTHER_PHONE),
        (replace(ASKS, cookie="other"), Verdict.OTHER_PHONE),
        (replace(ASKS, cookie="cookie", address="10.7.8.21"), Verdict.OTHER_PHONE),
        (SENDS_DIGITS, Verdict.OTHER_PHONE),
        (replace(SENDS_FORM, cookie=""), Verdict.OTHER_PHONE),
        (replace(SENDS_FORM, origin="http://evil.example"), Verdict.OTHER_ORIGIN),
    ],
)
def test_after_the_digits_only_the_phone_that_gave_them_is_served(
    visit: Visit, wanted: Verdict
) -> None:
    assert verdict(LET_IN, visit) is wanted


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/hotspot-detect.html", Verdict.APPLE_PROBE),
        ("/library/test/success.html", Verdict.APPLE_PROBE),
        ("/generate_204", Verdict.ANDROID_PROBE),
        ("/gen_204", Verdict.ANDROID_PROBE),
        ("/connecttest.txt", Verdict.WINDOWS_PROBE),
    ],
)
def test_a_phone_that_asks_whether_the_network_leads_anywhere_stays(
    path: str, wanted: Verdict
) -> None:
    assert verdict(GATE, Visit(ADDRESS, "GET", path, "captive.apple.com")) is wanted


def test_five_wrong_tries_close_the_page_even_to_the_right_digits() -> None:
    gate = GATE
    for _ in range(TRIES):
        assert verdict(gate, SENDS_DIGITS) is Verdict.TRY_DIGITS
        gate, is_right = try_digits(gate, SENDS_DIGITS, "000000", "cookie", 101.0)
        assert not is_right
    assert verdict(gate, ASKS) is Verdict.CLOSED
    assert verdict(gate, SENDS_DIGITS) is Verdict.CLOSED
    assert try_digits(gate, SENDS_DIGITS, "012345", "cookie", 101.0) == (gate, False)


def test_the_first_phone_with_the_right_digits_is_the_only_one() -> None:
    gate, is_right = try_digits(GATE, SENDS_DIGITS, "012345", "cookie", 101.0)
    assert is_right
    assert gate.phone == Phone(ADDRESS, "cookie")
    second = replace(SENDS_DIGITS, address="10.7.8.21")
    assert try_digits(gate, second, "012345", "other", 102.0) == (gate, False)


def test_the_time_for_the_digits_and_for_the_form_ends() -> None:
    assert verdict(GATE, ASKS, 100.0 + DIGITS_WITHIN_S - 1) is Verdict.DIGITS_PAGE
    assert verdict(GATE, ASKS, 100.0 + DIGITS_WITHIN_S) is Verdict.CLOSED
    late = try_digits(GATE, SENDS_DIGITS, "012345", "cookie", 100.0 + DIGITS_WITHIN_S)
    assert late == (GATE, False)
    assert verdict(LET_IN, SENDS_FORM, 100.0 + FORM_WITHIN_S - 1) is Verdict.TAKE_FORM
    assert verdict(LET_IN, SENDS_FORM, 100.0 + FORM_WITHIN_S) is Verdict.CLOSED


def test_a_form_that_was_taken_is_not_taken_again() -> None:
    assert verdict(sent(LET_IN), SENDS_FORM) is Verdict.SENT_PAGE
    assert verdict(sent(LET_IN), replace(ASKS, cookie="cookie")) is Verdict.SENT_PAGE
    assert verdict(sent(LET_IN), ASKS) is Verdict.OTHER_PHONE


def test_a_thousand_requests_in_a_second_are_mostly_refused() -> None:
    gate, served = GATE, 0
    for number in range(1000):
        gate, answer = judge(gate, ASKS, 101.0 + number / 1000)
        served += answer is not Verdict.TOO_MANY
    assert served <= REQUEST_BURST + REQUESTS_PER_S
    assert verdict(gate, ASKS, 110.0) is Verdict.DIGITS_PAGE


def test_no_secret_of_an_opening_is_in_its_repr() -> None:
    for secret in (TOKEN, "012345", "cookie"):
        assert secret not in repr(LET_IN)
