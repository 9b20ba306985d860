# Going in and out of a root file system; sourced by base.sh and install.sh, which set `folder`.
# shellcheck shell=bash disable=SC2154

entered=()
doing=

# enter ROOT DOWNLOADS: what apt and a package's scripts expect to find.
enter() {
    mount -t proc proc "$1/proc"
    mount -t sysfs sys "$1/sys"
    mount --bind /dev "$1/dev"
    mkdir -p "$1/var/cache/apt/archives"
    mount --bind "$2" "$1/var/cache/apt/archives"
    cp --remove-destination /etc/resolv.conf "$1/etc/resolv.conf"
    entered+=("$1")
}

leave() {
    local place
    for place in var/cache/apt/archives dev sys proc; do
        if mountpoint -q "$1/$place"; then umount "$1/$place"; fi
    done
}

# On the way out, however we get there: nothing of ours stays mounted.
leave_all() {
    local root
    for root in ${entered[@]+"${entered[@]}"}; do
        leave "$root"
        if mountpoint -q "$root"; then umount "$root"; fi
    done
}

# step NAME FUNCTION: do it, and say how long it took. Not behind `||`, which would switch
# `set -e` off inside; `tell_why` speaks instead.
step() {
    local begun=$SECONDS
    doing=$1
    "$2" >>"$folder/log" 2>&1
    echo "$1: $((SECONDS - begun)) s"
    doing=
}

tell_why() {
    if [ -n "$doing" ]; then
        tail -n 20 "$folder/log" >&2
        echo "failed: $doing; the whole story is in $folder/log" >&2
    fi
}
