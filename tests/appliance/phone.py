"""A phone and a shop's Wi-Fi in the machine, by the radios of the kernel's `mac80211_hwsim`.

The first radio is the till's. The phone and the shop's router have one each, in a network namespace
each: only the air leads from them to the till.
"""

import re
import shlex
from dataclasses import dataclass
from typing import Final

from tests.appliance.vm import Machine

SHOP: Final = "Corner Shop"
SHOP_PASSPHRASE: Final = "fresh bread daily"

_CODE: Final = re.compile(r"WIFI:T:WPA;S:([\w-]+);P:(\w+);;")
_PHONE_WIFI: Final = "/root/phone.conf"
_PHONE_PID: Final = "/run/phone.pid"
_COOKIES: Final = "/root/phone-cookies"
_PAGE: Final = "/root/phone-page"
_JOIN_S: Final = 120.0

_SHOP_WIFI: Final = f"""
country=SV
network={{
 ssid="{SHOP}"
 mode=2
 frequency=2412
 key_mgmt=WPA-PSK
 proto=RSN
 pairwise=CCMP
 psk="{SHOP_PASSPHRASE}"
}}
"""
# `ip netns exec` gives a namespace the name servers of /etc/netns.
_LEASED: Final = """#!/bin/sh
[ "$1" = bound ] || exit 0
ip address flush dev "$interface"
ip address add "$ip/24" dev "$interface"
mkdir -p /etc/netns/phone
echo "nameserver $dns" >/etc/netns/phone/resolv.conf
"""
_RADIOS: Final = """
modprobe mac80211_hwsim radios=3
udevadm settle
ip netns add phone
ip netns add shop
iw phy phy1 set netns name phone
iw phy phy2 set netns name shop
ip -netns phone link set lo up
ip -netns shop address add 192.168.77.1/24 dev wlan2
ip netns exec shop wpa_supplicant -B -i wlan2 -D nl80211 -c /root/shop.conf
ip netns exec shop dnsmasq --interface=wlan2 --bind-interfaces --port=0 --pid-file=/run/shop.pid \\
    --dhcp-range=192.168.77.10,192.168.77.50 --dhcp-leasefile=/run/shop.leases
chmod +x /root/leased
systemctl start NetworkManager
"""
_JOIN: Final = f"""
ip netns exec phone wpa_supplicant -B -P {_PHONE_PID} -i wlan1 -D nl80211 -c {_PHONE_WIFI}
ip netns exec phone busybox udhcpc -i wlan1 -n -q -T 1 -t 90 -s /root/leased
"""
_LEAVE: Final = f"""
kill $(cat {_PHONE_PID})
while [ -e {_PHONE_PID} ]; do sleep 0.1; done
ip -netns phone address flush dev wlan1
"""


def switch_radios_on(machine: Machine) -> None:
    """Let the till have a radio, and the shop a router; a phone is there too."""
    machine.put(_SHOP_WIFI, "/root/shop.conf")
    machine.put(_LEASED, "/root/leased")
    machine.run(_RADIOS)
    machine.until("nmcli --terse --fields DEVICE,STATE device | grep wlan0:disconnected")


@dataclass(frozen=True, slots=True)
class Page:
    """What a phone's browser has got: the status, 0 for no answer at all, and the text."""

    status: int
    text: str


class Phone:
    """The merchant's phone."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def join(self, code: str) -> None:
        """Join the network of a code, as a phone's camera does.

        Raises:
            MachineFailed: it is not joined, or gives no address.
        """
        read = _CODE.fullmatch(code)
        assert read, code
        network, passphrase = read.groups()
        wifi = ["network={", f' ssid="{network}"', " key_mgmt=WPA-PSK", " proto=RSN"]
        self._machine.put("\n".join((*wifi, f' psk="{passphrase}"', "}\n")), _PHONE_WIFI)
        self._machine.run(_JOIN, _JOIN_S)

    def leave(self) -> None:
        """Leave it, and forget it."""
        self._machine.run(_LEAVE)

    def get(self, address: str) -> Page:
        """Open a page."""
        return self._page(address)

    def send(self, page: str, path: str, **fields: str) -> Page:
        """Send a form of `page` to a path below it, as a browser does that keeps cookies."""
        origin = "/".join(page.split("/")[:3])
        data = (
            f"--data-urlencode {shlex.quote(f'{name}={text}')}" for name, text in fields.items()
        )
        return self._page(f"{page}{path}", f"--header 'Origin: {origin}'", *data)

    def _page(self, address: str, *options: str) -> Page:
        curl = "ip netns exec phone curl --silent --max-time 30 --write-out '%{http_code}'"
        keeps = f"--cookie {_COOKIES} --cookie-jar {_COOKIES} --output {_PAGE}"
        words = " ".join((*options, shlex.quote(address)))
        _, said = self._machine.attempt(f"rm -f {_PAGE}; {curl} {keeps} {words}")
        _, text = self._machine.attempt(f"cat {_PAGE}")
        return Page(int(said.strip()[-3:]), text)
