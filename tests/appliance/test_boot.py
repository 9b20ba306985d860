"""What the first boot leaves behind: a till, its settings taken, and no way in."""

from dataclasses import replace

from PIL import Image as Picture

from kiosk.sale.entry import Entry
from kiosk.sale.screens import EnteringAmount
from kiosk.sale.till import Alarm
from kiosk.sale.trouble import Trouble, TroubleKind
from tests.appliance.bench import APPLIANCE, PATIENCE_S, Bench, difference, settings_text
from tests.sale.tills import USD
from tests.screen.samples import every_view, till

pytestmark = APPLIANCE


def test_settings_are_taken_from_the_boot_partition_and_wiped_there(bench: Bench) -> None:
    machine, key = bench.machine, bench.env["BLINKPOS_API_KEY"]
    assert machine.run("ls /boot/firmware").split() == ["cmdline.txt", "config.txt"]
    # Not even in the blocks that the file had: a card is easily taken out and read.
    exit_code, _ = machine.attempt(f"sync; grep --quiet --text {key} /dev/vdb")
    assert exit_code == 1
    files = machine.run("cd /etc/kiosk; find . -type f -printf '%m %u %P\\n'").splitlines()
    assert "600 root kiosk.env" in files
    assert all(line.startswith("600 root ") for line in files)
    assert machine.run("cat /etc/kiosk/credentials/BLINKPOS_API_KEY").strip() == key
    assert key not in machine.run("cat /etc/kiosk/kiosk.env")


def test_wrong_settings_are_explained_on_the_screen(bench: Bench) -> None:
    idle = till(EnteringAmount(Entry(USD)))
    starting = every_view()["starting"]
    alarm = Alarm(Trouble(TroubleKind.WRONG_SETTINGS, "KIOSK_ROTATE"))
    shown = replace(idle, alarms=(alarm,))  # the settings that were right before go on selling
    wrong = settings_text(bench.env) + "KIOSK_ROTATE=45\n"
    bench.machine.put(wrong, "/boot/firmware/kiosk.env")
    bench.machine.run("systemctl restart kiosk", timeout_s=PATIENCE_S)

    def explains(seen: Picture.Image) -> bool:
        return difference(seen, shown) < min(difference(seen, idle), difference(seen, starting))

    bench.until_picture(explains)
    bench.shot("wrong-settings")


def test_nothing_listens_and_nothing_has_failed(bench: Bench) -> None:
    listening = bench.machine.run("ss --no-header --tcp --udp --listening --numeric --processes")
    # The bench's own: the way to the simulator, and its network's DHCP.
    strangers = [
        line
        for line in listening.splitlines()
        if not any(ours in line for ours in ("127.0.0.1:8080", "127.0.0.1:8081", "%enp", ":68 "))
    ]
    assert strangers == []
    assert bench.machine.run("systemctl --failed --no-legend --plain").split() == []


def test_what_only_the_kiosk_may_know_is_not_in_its_environment_or_its_arguments(
    bench: Bench,
) -> None:
    key = bench.env["BLINKPOS_API_KEY"]
    pid = "$(systemctl show --property=MainPID --value kiosk)"
    shown = bench.machine.run(f"tr '\\0' '\\n' </proc/{pid}/environ; cat /proc/{pid}/cmdline")
    assert "SDL_VIDEODRIVER=kmsdrm" in shown
    assert key not in shown
    assert key not in "\n".join(bench.log())
