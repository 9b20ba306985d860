"""Wi-Fi by nmcli: a stand-in writes down what it was given and says what it is told to."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from kiosk.host.wifi import Nmcli, networks_of, notice_of
from kiosk.sale.wifi import JoinWifi, Network, Security, WifiNotice

WORD = "corr:ect \\horse' ; $(x)"
STAND_IN = """
import json, os, sys
from pathlib import Path
here = Path(__file__).parent
answers = json.loads((here / "answers").read_text())
number = len(list(here.glob("run-*")))
given = {"argv": sys.argv[1:], "stdin": sys.stdin.read(), "env": dict(os.environ)}
given["cmdline"] = Path("/proc/self/cmdline").read_bytes().decode()
(here / f"run-{number}").write_text(json.dumps(given))
code, out, err = answers[min(number, len(answers) - 1)]
sys.stdout.write(out)
sys.stderr.write(err)
sys.exit(code)
"""
LISTED = (
    " :00\\:11\\:22\\:33\\:44\\:55:82:WPA1 WPA2:Caf\u00e9\\: 5\\\\GHz\n"
    " :00\\:11\\:22\\:33\\:44\\:56:40::open\n"
    "*:00\\:11\\:22\\:33\\:44\\:57:30:WPA2:Shop\n"
    " :00\\:11\\:22\\:33\\:44\\:58:95:WPA2:Shop\n"
    " :00\\:11\\:22\\:33\\:44\\:59:99:WPA2 802.1X:Office\n"
    " :00\\:11\\:22\\:33\\:44\\:5A:99:WEP:Old\n"
    " :00\\:11\\:22\\:33\\:44\\:5B:70:OWE:Airport\n"
    " :00\\:11\\:22\\:33\\:44\\:5C:71:WPA3:\n"
    "nonsense\n"
    " :--help:10:WPA2:odd\n"
)
POINT = "00:11:22:33:44:55"
SHOP = Network("--help", POINT, 50, Security.PERSONAL)


class StandIn:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "nmcli.py").write_text(STAND_IN)
        self.nmcli = Nmcli((sys.executable, str(folder / "nmcli.py")))

    def says(self, *answers: tuple[int, str, str]) -> None:
        (self.folder / "answers").write_text(json.dumps(answers))

    def runs(self) -> list[dict[str, Any]]:
        return [json.loads(file.read_text()) for file in sorted(self.folder.glob("run-*"))]


@pytest.fixture
def stand_in(tmp_path: Path) -> StandIn:
    return StandIn(tmp_path)


def test_networks_are_listed_once_each_the_used_one_and_the_nearest_first() -> None:
    networks = networks_of(LISTED)
    assert [(network.name, network.signal, network.security) for network in networks] == [
        ("Shop", 30, Security.PERSONAL),
        ("Office", 99, Security.OTHER),
        ("Old", 99, Security.OTHER),
        ("Café: 5\\GHz", 82, Security.PERSONAL),
        ("Airport", 70, Security.OPEN),
        ("open", 40, Security.OPEN),
    ]
    assert networks[0].in_use
    assert networks[3].point == POINT


def test_an_open_network_does_not_hide_the_locked_one_of_the_same_name() -> None:
    """Box fault 30: an open "Shop" nearby took the place of the merchant's own."""
    listed = (
        " :00\\:11\\:22\\:33\\:44\\:55:90::Shop\n"
        " :00\\:11\\:22\\:33\\:44\\:56:40:WPA2:Shop\n"
        " :00\\:11\\:22\\:33\\:44\\:57:60:WPA2:Shop\n"
    )
    assert [(network.security, network.signal) for network in networks_of(listed)] == [
        (Security.OPEN, 90),
        (Security.PERSONAL, 60),
    ]


def test_a_name_that_cannot_be_drawn_is_made_harmless() -> None:
    (network,) = networks_of(" :00\\:11\\:22\\:33\\:44\\:55:82:WPA2:a\x00\x1b[2Jb\n")
    assert network.name == "a??[2Jb"


def test_a_huge_list_is_cut() -> None:
    many = "".join(f" :00\\:11\\:22\\:33\\:44\\:55:82:WPA2:net{number}\n" for number in range(500))
    assert len(networks_of(many)) == 50


def test_looking_falls_back_to_what_is_known_where_looking_again_is_not_allowed(
    stand_in: StandIn,
) -> None:
    stand_in.says((1, "", "not authorized"), (0, LISTED, ""))
    seen = stand_in.nmcli.scan()
    assert seen.notice is None
    assert len(seen.networks) == 6
    assert [run["argv"][-1] for run in stand_in.runs()] == ["auto", "no"]


@pytest.mark.parametrize(
    ("answer", "news"),
    [
        ((8, "", "Error: NetworkManager is not running."), WifiNotice.NO_MANAGER),
        ((1, "", "Error"), WifiNotice.NO_ADAPTER),
        ((0, "", ""), WifiNotice.NO_ADAPTER),
    ],
)
def test_no_list_says_why(
    stand_in: StandIn, answer: tuple[int, str, str], news: WifiNotice
) -> None:
    stand_in.says(answer)
    assert stand_in.nmcli.scan().notice is news


def test_no_nmcli_is_no_network_manager() -> None:
    missing = Nmcli(("/nowhere/nmcli",))
    assert missing.scan().notice is WifiNotice.NO_MANAGER
    assert missing.join(JoinWifi(SHOP, WORD)).notice is WifiNotice.NO_MANAGER


def test_the_passphrase_goes_through_standard_input_alone(
    stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    stand_in.says((0, "Password: ****", ""))
    assert stand_in.nmcli.join(JoinWifi(SHOP, WORD)).notice is WifiNotice.JOINED
    (run,) = stand_in.runs()
    assert run["stdin"] == WORD + "\n"
    assert WORD not in run["cmdline"] + json.dumps(run["env"]) + caplog.text
    assert run["argv"] == ["--ask", "--wait", "45", "device", "wifi", "connect", POINT]


def test_no_secret_of_the_till_reaches_the_child(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLINKPOS_API_KEY", "blink_secret")
    stand_in.says((0, "", ""))
    stand_in.nmcli.scan()
    assert "blink_secret" not in json.dumps(stand_in.runs()[0]["env"])


def test_what_is_no_access_point_is_never_given_to_nmcli(stand_in: StandIn) -> None:
    stand_in.says((0, "", ""))
    odd = Network("x", "--help", 50, Security.PERSONAL)
    assert stand_in.nmcli.join(JoinWifi(odd, WORD)).notice is WifiNotice.FAILED
    assert stand_in.runs() == []


@pytest.mark.parametrize(
    ("code", "message", "news"),
    [
        (0, "", WifiNotice.JOINED),
        (3, "Error: Timeout 45 sec expired.", WifiNotice.TIMED_OUT),
        (4, "Error: ... Secrets were required, but not provided.", WifiNotice.REFUSED),
        (4, "Error: ... 802-11-wireless-security.psk: property is invalid.", WifiNotice.REFUSED),
        (4, "Error: ... Not authorized to control networking.", WifiNotice.NOT_ALLOWED),
        (4, "Error: Insufficient privileges.", WifiNotice.NOT_ALLOWED),
        (4, "Error: IP configuration could not be reserved", WifiNotice.FAILED),
        (8, "", WifiNotice.NO_MANAGER),
        (10, "Error: No network with BSSID", WifiNotice.GONE),
    ],
)
def test_the_end_of_nmcli_is_read_honestly(code: int, message: str, news: WifiNotice) -> None:
    assert notice_of(code, message) is news


def test_a_hidden_network_is_joined_by_its_name(stand_in: StandIn) -> None:
    stand_in.says((0, "", ""))
    hidden = Network("Back office", "", 0, Security.PERSONAL, hidden=True)
    assert stand_in.nmcli.join(JoinWifi(hidden, WORD)).notice is WifiNotice.JOINED
    (run,) = stand_in.runs()
    assert run["argv"][-4:] == ["connect", "Back office", "hidden", "yes"]
    assert run["stdin"] == WORD + "\n"
    assert WORD not in run["cmdline"]


@pytest.mark.parametrize("name", ["", "-x", "--help"])
def test_a_hidden_name_that_would_be_an_option_is_never_given_to_a_command(
    stand_in: StandIn, name: str
) -> None:
    hidden = Network(name, "", 0, Security.PERSONAL, hidden=True)
    assert stand_in.nmcli.join(JoinWifi(hidden, WORD)).notice is WifiNotice.FAILED
    assert stand_in.runs() == []


@pytest.mark.parametrize(
    ("listed", "security"),
    [("WPA3", Security.WPA3), ("WPA2 WPA3", Security.PERSONAL), ("WPA3 802.1X", Security.OTHER)],
)
def test_a_network_that_speaks_wpa3_alone_is_told_from_others(
    listed: str, security: Security
) -> None:
    (network,) = networks_of(f" :00\\:11\\:22\\:33\\:44\\:55:82:{listed}:Shop\n")
    assert network.security is security


@pytest.mark.parametrize(
    ("code", "said", "notice"),
    [
        (3, "Timeout expired", WifiNotice.WPA3_ALONE),
        (4, "Error: activation failed", WifiNotice.WPA3_ALONE),
        (4, "Secrets were required, but not provided", WifiNotice.REFUSED),
    ],
)
def test_what_could_not_be_joined_with_wpa3_alone_says_what_to_set_at_the_router(
    stand_in: StandIn, code: int, said: str, notice: WifiNotice
) -> None:
    stand_in.says((code, "", said))
    network = Network("Shop", POINT, 50, Security.WPA3)
    assert stand_in.nmcli.join(JoinWifi(network, "correct horse")).notice is notice
