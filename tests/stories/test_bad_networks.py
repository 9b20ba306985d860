"""Bad networks: each is told in a clear sentence, and is over by itself when it is over."""

import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import pytest

from kiosk.sale.keys import Key
from kiosk.sale.screens import AwaitingPayment, ConnectionState, Forwarded, Paid
from kiosk.sale.till import Till
from kiosk.sale.trouble import TroubleKind
from kiosk.screen.text.trouble_texts import TROUBLES
from kiosk.simulate import Fault, Simulator
from tests.stories.counter import QUICK, Counter, NoDisplay, watched
from tests.stories.tls import TlsFront, certificate

YEAR_S = 31_557_600.0
HOUR = {"KIOSK_INVOICE_MINUTES": "60"}
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="certificates are made with the openssl command"
)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as started:
        yield started


@contextmanager
def kiosk(
    simulator: Simulator,
    folder: Path,
    settings: Mapping[str, str] = MappingProxyType({}),
    speed: float = 20.0,
) -> Iterator[Counter]:
    """A kiosk, not yet switched on, whose own pauses pass so much sooner."""
    known = {
        "BLINK_API_URL": simulator.api_url,
        "BLINK_WS_URL": simulator.ws_url,
        "BLINKPOS_API_KEY": simulator.till.api_key,
        "MERCHANT_USERNAME": simulator.merchant.username,
        "KIOSK_SUCCESS_SECONDS": "0",
    }
    made = Counter(folder, {**known, **settings}, QUICK, speed=speed, display=NoDisplay)
    try:
        yield made
    finally:
        made.switch_off()


def trouble_shown(counter: Counter) -> TroubleKind:
    """What the screen says is wrong, once it says so."""
    trouble = counter.until(lambda till: till.out_of_service is not None).out_of_service
    assert trouble is not None
    assert all(TROUBLES[trouble.kind])
    return trouble.kind


def sells(counter: Counter, simulator: Simulator) -> None:
    before = simulator.merchant.balance_sat
    screen = counter.ready().code("500")
    simulator.pay(screen.invoice.payment_request)
    counter.until(lambda till: isinstance(till.screen, Forwarded))
    assert simulator.merchant.balance_sat == before + 500


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault.CAPTIVE_PORTAL, TroubleKind.LOGIN_PAGE),
        (Fault.CAPTIVE_REDIRECT, TroubleKind.LOGIN_PAGE),
        (Fault.HTTP_403, TroubleKind.BLOCKED),
        (Fault.HTTP_404, TroubleKind.BLOCKED),
        (Fault.HTTP_408, TroubleKind.NO_CONNECTION),
        (Fault.HTTP_511, TroubleKind.NETWORK_LOGIN),
        (Fault.HTTP_502, TroubleKind.BLINK_ODD),
        (Fault.HTTP_503, TroubleKind.NO_CONNECTION),
        (Fault.HTTP_429, TroubleKind.NO_CONNECTION),
        (Fault.MALFORMED_JSON, TroubleKind.BLINK_ODD),
        (Fault.WRONG_SHAPE, TroubleKind.BLINK_ODD),
        (Fault.NULL_FIELDS, TroubleKind.BLINK_ODD),
        (Fault.ANSWER_CUT, TroubleKind.NO_CONNECTION),
        (Fault.REQUEST_LOST, TroubleKind.NO_CONNECTION),
        (Fault.NEVER_ANSWERED, TroubleKind.NO_CONNECTION),
    ],
)
def test_a_bad_way_to_blink_at_the_start_is_named_and_gets_over_itself(
    simulator: Simulator, tmp_path: Path, fault: Fault, kind: TroubleKind
) -> None:
    simulator.faults.add(fault)
    with kiosk(simulator, tmp_path) as counter:
        assert trouble_shown(counter.switch_on()) is kind
        simulator.faults.clear()
        sells(counter, simulator)


def test_a_slow_blink_is_waited_for_and_then_asked_again(
    simulator: Simulator, tmp_path: Path
) -> None:
    simulator.faults.add(Fault.DELAY_ANSWER, times=2, seconds=0.3)
    simulator.faults.add(Fault.DELAY_ANSWER, "me", times=1, seconds=3.0)
    with kiosk(simulator, tmp_path) as counter:
        counter.switch_on()
        sells(counter, simulator)


def test_a_portal_that_redirects_never_sees_our_key(simulator: Simulator, tmp_path: Path) -> None:
    simulator.faults.add(Fault.CAPTIVE_REDIRECT)
    with kiosk(simulator, tmp_path) as counter:
        trouble_shown(counter.switch_on())
    assert "login page" not in {request.operation for request in simulator.requests}


@contextmanager
def no_names() -> Iterator[None]:
    """The resolver is gone."""
    honest = socket.getaddrinfo

    def gone(host: Any, *rest: Any, **more: Any) -> Any:
        if host == "localhost":
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return honest(host, *rest, **more)

    with patch("socket.getaddrinfo", gone):
        yield


def by_name(simulator: Simulator) -> dict[str, str]:
    return {
        "BLINK_API_URL": simulator.api_url.replace("127.0.0.1", "localhost"),
        "BLINK_WS_URL": simulator.ws_url.replace("127.0.0.1", "localhost"),
    }


def test_missing_names_at_the_start_are_told_and_get_over_themselves(
    simulator: Simulator, tmp_path: Path
) -> None:
    with kiosk(simulator, tmp_path, by_name(simulator)) as counter:
        with no_names():
            assert trouble_shown(counter.switch_on()) is TroubleKind.NAME_NOT_FOUND
        sells(counter, simulator)


def test_names_lost_with_the_code_up_lose_no_payment(simulator: Simulator, tmp_path: Path) -> None:
    with kiosk(simulator, tmp_path, by_name(simulator)) as counter:
        screen = counter.switch_on().ready().code("500")
        with no_names():
            simulator.go_dark()
            simulator.come_back()
            counter.until(
                lambda till: link_of(till) in (ConnectionState.RECONNECTING, ConnectionState.ASKING)
            )
            simulator.pay(screen.invoice.payment_request)
        counter.until(lambda till: isinstance(till.screen, Paid | Forwarded))
        counter.until(lambda till: not till.forwards)
    assert simulator.merchant.balance_sat == 500


def link_of(till: Till) -> ConnectionState | None:
    return till.screen.connection if isinstance(till.screen, AwaitingPayment) else None


@pytest.mark.parametrize(
    ("fault", "link"),
    [
        (Fault.SOCKET_REFUSED, ConnectionState.ASKING),
        (Fault.ACK_NEVER, ConnectionState.ASKING),
        (Fault.SOCKET_SILENT, ConnectionState.LIVE),
    ],
)
def test_a_sale_without_a_socket_that_works_is_seen_by_asking(
    simulator: Simulator, tmp_path: Path, fault: Fault, link: ConnectionState
) -> None:
    simulator.faults.add(fault)
    with kiosk(simulator, tmp_path, HOUR) as counter:
        counter.switch_on().ready()
        counter.press("500", Key.CHARGE)
        screen = counter.until(lambda till: link_of(till) is link).screen
        assert isinstance(screen, AwaitingPayment)
        simulator.pay(screen.invoice.payment_request)
        counter.until(lambda till: isinstance(till.screen, Paid | Forwarded))
        counter.until(lambda till: not till.forwards)
    assert simulator.merchant.balance_sat == 500


def test_a_socket_with_nobody_at_the_other_end_is_noticed_and_replaced(
    simulator: Simulator, tmp_path: Path
) -> None:
    with kiosk(simulator, tmp_path, HOUR) as counter:
        screen = counter.switch_on().ready().code("500")
        simulator.faults.add(Fault.SOCKET_HALF_OPEN, times=1)
        counter.until(lambda till: link_of(till) is not ConnectionState.LIVE)
        counter.until(watched)
        simulator.pay(screen.invoice.payment_request)
        counter.until(lambda till: isinstance(till.screen, Paid | Forwarded))


# --- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("certificates")
    return {
        "good": certificate(folder, "good", "20010101", "20990101"),
        "stranger": certificate(folder, "stranger", "20010101", "20990101"),
        "elsewhere": certificate(folder, "elsewhere", "20010101", "20990101", "DNS:portal.test"),
        "to come": certificate(folder, "later", "20980101", "20990101"),
        "over": certificate(folder, "over", "20010101", "20020101"),
    }


@needs_openssl
@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        ("stranger", TroubleKind.LOGIN_PAGE),
        ("elsewhere", TroubleKind.LOGIN_PAGE),
        ("to come", TroubleKind.CERTIFICATE_ENDED),  # the server's clock agrees with ours
        ("over", TroubleKind.CERTIFICATE_ENDED),
    ],
)
def test_a_certificate_that_is_not_believed_says_why(
    simulator: Simulator,
    tmp_path: Path,
    certificates: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    shown: str,
    kind: TroubleKind,
) -> None:
    trusted = tmp_path / "trusted.pem"
    believed = [path for name, path in certificates.items() if name != "stranger"]
    trusted.write_text("".join((path.parent / "cert.pem").read_text() for path in believed))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    http, ws = (int(url.rsplit(":", 1)[1].split("/")[0]) for url in urls(simulator))
    with (
        TlsFront(http, certificates[shown]) as api,
        TlsFront(ws, certificates["good"]) as stream,
        kiosk(
            simulator,
            tmp_path,
            {
                "BLINK_API_URL": f"https://127.0.0.1:{api.port}/graphql",
                "BLINK_WS_URL": f"wss://127.0.0.1:{stream.port}/graphql",
            },
        ) as counter,
    ):
        assert trouble_shown(counter.switch_on()) is kind
        assert simulator.requests == []
        api.present(certificates["good"])
        sells(counter, simulator)


def urls(simulator: Simulator) -> tuple[str, str]:
    return simulator.api_url, simulator.ws_url


# --- The clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize("off_s", [-20 * YEAR_S, 20 * YEAR_S], ids=["behind", "ahead"])
def test_a_clock_wrong_by_years_neither_shortens_a_code_nor_dates_a_sale_wrongly(
    simulator: Simulator, tmp_path: Path, off_s: float
) -> None:
    with kiosk(simulator, tmp_path, speed=1.0) as counter:
        counter.clock.off_s = off_s
        screen = counter.switch_on().ready().code("500")
        assert 500 < screen.ends_s - counter.till.now_s <= 600
        assert abs(screen.sale.started_at - simulator.clock.now()) < 120
        counter.clock.off_s = 0.0  # the network has set it, with the code on the screen
        counter.run_once(0.1)
        assert isinstance(counter.till.screen, AwaitingPayment)
        assert 400 < counter.till.screen.ends_s - counter.till.now_s <= 600
        simulator.pay(screen.invoice.payment_request)
        counter.until(lambda till: isinstance(till.screen, Forwarded))


def test_a_restart_with_a_clock_wrong_by_years_gives_no_invoice_up(
    simulator: Simulator, tmp_path: Path
) -> None:
    with kiosk(simulator, tmp_path) as counter:
        screen = counter.switch_on().ready().code("500")
        counter.switch_off()
        counter.clock.off_s = 20 * YEAR_S
        counter.switch_on().ready()
        paid_late(counter, simulator, screen.invoice.payment_request)
    assert simulator.merchant.balance_sat == 500


def paid_late(counter: Counter, simulator: Simulator, payment_request: str) -> None:
    done: Callable[[Till], bool] = lambda till: not till.watched_invoices and not till.forwards  # noqa: E731
    simulator.pay(payment_request, via="blink")
    counter.until(done)
