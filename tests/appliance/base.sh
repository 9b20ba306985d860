#!/usr/bin/env bash
# The bare system under the kiosk: Debian, its kernel, GPIO lines to wire up, a guest agent.
#
#   base.sh FOLDER [DOWNLOADS]
#
# Makes FOLDER/root (a root file system), FOLDER/vmlinuz and FOLDER/initrd.img. Knows nothing of
# the kiosk, so that a change of the kiosk does not make it anew. Packages are kept in DOWNLOADS.
# Needs root, debootstrap and about 1.5 GB.
set -euo pipefail

here=$(dirname "$(realpath "$0")")
folder=$(realpath -m "$1")
downloads=$(realpath -m "${2:-$folder/downloads}")
suite=${SUITE:-trixie}
root=$folder/root
shop=$folder/workshop # compilers and sources, in an overlay that is thrown away
export DEBIAN_FRONTEND=noninteractive LC_ALL=C

# shellcheck source-path=SCRIPTDIR source=chroot.sh
. "$here/chroot.sh"
trap 'tell_why; leave_all' EXIT

main() {
    mkdir -p "$folder" "$downloads"
    rm -rf --one-file-system "$root" "$shop"
    step "debootstrap" bare_system
    step "kernel" kernel
    step "network" network
    step "gpio modules" modules
}

bare_system() {
    debootstrap --variant=minbase --cache-dir="$downloads" \
        --include=systemd,systemd-sysv,udev,dbus,kmod,python3,iproute2,ca-certificates \
        "$suite" "$root"
    # Nothing is started while packages are set up in a chroot.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    echo 'APT::Keep-Downloaded-Packages "true";' >"$root/etc/apt/apt.conf.d/99keep"
}

# QEMU loads kernel and initrd itself, so there is no boot loader. A small initrd boots sooner.
kernel() {
    enter "$root" "$downloads"
    mkdir -p "$root/etc/initramfs-tools/conf.d"
    echo 'MODULES=list' >"$root/etc/initramfs-tools/conf.d/small"
    chroot "$root" apt-get update -q
    # What `setup.sh readonly` asks apt for is there before it, for the guest has no mirror; and before
    # the kernel, whose initrd it belongs into. A minimal Debian lacks mke2fs, which it wants there.
    chroot "$root" apt-get install -y -q --no-install-recommends initramfs-tools overlayroot \
        busybox e2fsprogs
    printf '%s\n' virtio_pci virtio_blk ext4 overlay >>"$root/etc/initramfs-tools/modules"
    chroot "$root" apt-get install -y -q --no-install-recommends linux-image-amd64 qemu-guest-agent
    leave "$root"
    mv "$root"/boot/vmlinuz-* "$folder/vmlinuz"
    mv "$root"/boot/initrd.img-* "$folder/initrd.img"
}

# What Raspberry Pi OS and `setup.sh install` bring for Wi-Fi, and what a customer's phone needs that
# lives in the same machine. NetworkManager runs only where a test has radios.
network() {
    enter "$root" "$downloads"
    chroot "$root" apt-get install -y -q --no-install-recommends network-manager wpasupplicant iw \
        dnsmasq-base nftables wireless-regdb curl
    leave "$root"
    chroot "$root" systemctl -q disable NetworkManager.service wpa_supplicant.service
}

# Debian's kernels have no GPIO chip without hardware, so ours is compiled for exactly this kernel.
modules() {
    local release source
    release=$(basename "$(echo "$root"/lib/modules/*)")
    source=/usr/src/wires
    mkdir -p "$shop"/{upper,work,root}
    mount -t overlay overlay "$shop/root" \
        -o "lowerdir=$root,upperdir=$shop/upper,workdir=$shop/work"
    enter "$shop/root" "$downloads"
    chroot "$shop/root" apt-get install -y -q --no-install-recommends \
        "linux-headers-$release" make gcc libc6-dev
    mkdir -p "$shop/root$source"
    cp "$here"/kmod/* "$shop/root$source/"
    chroot "$shop/root" make -s -C "/lib/modules/$release/build" "M=$source" modules
    strip -g "$shop/root$source"/*.ko
    mkdir -p "$root/lib/modules/$release/extra"
    cp "$shop/root$source"/*.ko "$root/lib/modules/$release/extra/"
    leave "$shop/root"
    umount "$shop/root"
    rm -rf --one-file-system "$shop"
    chroot "$root" depmod "$release"
}

main
