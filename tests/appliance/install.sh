#!/usr/bin/env bash
# The kiosk on that system, put there by its own `setup.sh install` as a merchant's friend would.
#
#   install.sh FOLDER BASE SOURCE WHEELS DOWNLOADS
#
# Takes what base.sh made in BASE, the project's files in SOURCE and its wheels in WHEELS; makes
# FOLDER/root.img (ext4), FOLDER/boot.img (the FAT boot partition) and FOLDER/command-line. BASE
# stays as it is. Needs root.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
folder=$(realpath -m "$1")
base=$(realpath "$2")
source=$(realpath "$3")
wheels=$(realpath "$4")
downloads=$(realpath "$5")
root=$folder/root
firmware=$root/boot/firmware
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# shellcheck source-path=SCRIPTDIR source=chroot.sh
. "$here/chroot.sh"
trap 'tell_why; leave_all' EXIT

main() {
    # A copy and not an overlay, which setup.sh would take for a system that is only read.
    rm -rf --one-file-system "$root"
    cp -a --reflink=auto "$base/root" "$root"
    enter "$root" "$downloads"
    step "test bench" bench
    step "setup.sh install" install_kiosk
    step "disks" disks
    leave "$root"
    rm -rf --one-file-system "$root"
}

# What a test needs inside; none of it is the kiosk's business.
bench() {
    mkdir -p "$firmware" "$root/etc/systemd/network" "$root/opt/bench"
    cp "$here"/guest/*.py "$root/opt/bench/"
    cp "$here"/guest/*.socket "$here"/guest/*.service "$root/etc/systemd/system/"
    printf '%s\n' gpio-wire-sim uinput >"$root/etc/modules-load.d/bench.conf"
    echo kiosk-vm >"$root/etc/hostname"
    cat >"$root/etc/fstab" <<'END'
/dev/vda / ext4 defaults,noatime 0 1
/dev/vdb /boot/firmware vfat defaults,noatime,umask=0077 0 2
END
    # The cable is systemd-networkd's; NetworkManager has the radio, where a test switches one on.
    printf '[keyfile]\nunmanaged-devices=interface-name:en*\n' \
        >"$root/etc/NetworkManager/conf.d/bench.conf"
    printf '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/20.network"
    chroot "$root" systemctl -q enable systemd-networkd.service simulator-http.socket \
        simulator-ws.socket touchscreen.service
    # They slow the boot down here, and no test looks at what they do.
    chroot "$root" systemctl -q mask ldconfig.service systemd-networkd-wait-online.service \
        systemd-hwdb-update.service systemd-journal-catalog-update.service e2scrub_reap.service \
        systemd-binfmt.service proc-sys-fs-binfmt_misc.automount sys-fs-fuse-connections.mount \
        modprobe@fuse.service dev-hugepages.mount dev-mqueue.mount \
        sys-kernel-debug.mount sys-kernel-tracing.mount
    # An emulated processor on a busy machine is slower than any Pi. That the unit's own limits are
    # kept is shown in tests/setup.
    mkdir -p "$root/etc/systemd/system/kiosk.service.d"
    printf '[Service]\nTimeoutStartSec=600\nWatchdogSec=60\n' \
        >"$root/etc/systemd/system/kiosk.service.d/bench.conf"
    # It logs every question it is asked, which is some a second.
    mkdir -p "$root/etc/systemd/system/qemu-guest-agent.service.d"
    printf '[Service]\nLogLevelMax=warning\n' \
        >"$root/etc/systemd/system/qemu-guest-agent.service.d/bench.conf"
    # The kernel's console is a serial line, for the log; nobody shall sit at it.
    chroot "$root" systemctl -q mask serial-getty@ttyS0.service
    # Whoever finds a login prompt is in: no test shall pass because of a password.
    chroot "$root" passwd -qd root
    # As Raspberry Pi OS ships them.
    echo 'console=ttyS0 console=tty1 root=/dev/vda rootfstype=ext4 rootwait' >"$firmware/cmdline.txt"
    echo '# For more options see http://rptl.io/configtxt' >"$firmware/config.txt"
}

install_kiosk() {
    mkdir -p "$root/root/kiosk" "$root/srv/wheels"
    cp -r "$source/." "$root/root/kiosk/"
    cp "$wheels"/*.whl "$root/srv/wheels/"
    chroot "$root" /root/kiosk/setup.sh install --yes --wheels /srv/wheels
}

# Made without mounting, so no loop device is needed.
disks() {
    local megabytes
    leave "$root"
    tr -d '\n' <"$firmware/cmdline.txt" >"$folder/command-line"
    truncate -s 64M "$folder/boot.img"
    mkfs.vfat -n bootfs "$folder/boot.img"
    mcopy -s -i "$folder/boot.img" "$firmware"/* ::
    rm "${firmware:?}"/*
    megabytes=$(du -sm "$root" | cut -f1)
    rm -f "$folder/root.img"
    truncate -s "$((megabytes + 1500))M" "$folder/root.img" # room for a second release beside it
    mkfs.ext4 -q -F -L root -d "$root" "$folder/root.img"
}

main
