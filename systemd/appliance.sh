# shellcheck shell=bash disable=SC2154  # `here` is setup.sh's
# Makes this machine the kiosk, and ordinary again. setup.sh reads this; `here`, `say` and `die`
# are its. One function per thing that becomes true; each changes nothing the second time.
#
# Whatever is changed outside /opt/kiosk is written down there first, so uninstall can put it back.

home=/opt/kiosk
releases=$home/releases
current=$home/current
made=$home/made         # files, links and folders that were not there before, one path a line
before=$home/before     # the others as they were, each under its own path
accounts=$home/accounts # users and groups that were not there before
ours=$home/ours         # others' files as we left them: what changed since is not overwritten
trial=$home/trial       # while an update is not known to work: the release before it
journal=/var/lib/kiosk
firmware=/boot/firmware # a Pi's boot partition
cloud=/etc/cloud        # where cloud-init is, as on Raspberry Pi OS 13
rpi=/etc/rpi            # where rpi-swap is configured, as on Raspberry Pi OS 13
units=/etc/systemd/system
data=/var/lib/kiosk-data # a partition for what must last, where the system is only read
overlay=/etc/overlayroot.local.conf
mark=partition-is-missing # beneath a mount of that partition: what lies there is not to be used
index=https://pypi.org/simple # what the lock was made from; no other is asked

release=    # the folder of the version that is being installed
rebuilt=no  # whether that was made now
changed=no  # whether anything outside /opt/kiosk was
unattended=no
wheels=
settings=

install_kiosk() {
    read_options "$@"
    need_root
    need_writable_system
    need_debian
    agreed "This machine becomes a kiosk: it starts into the till, and its console is closed.
What is changed is put back by: sudo $current/setup.sh uninstall"
    have_packages
    have_release
    have_accounts
    folder /etc/kiosk 700
    folder /etc/kiosk/credentials 700
    have_system_files "$release"
    console_is_closed
    swap_is_off
    boot_is_quiet
    cloud_is_quiet
    is_current "$release"
    have_settings
    if [ "$changed" = no ]; then
        say "$(basename "$release") is installed already; nothing was changed"
        return
    fi
    kiosk_runs
    say "installed $(basename "$release")"
    [ -s /etc/kiosk/kiosk.env ] || say "No settings yet: the screen asks for them. For a till" \
        "account copy .env.example to the boot partition as kiosk.env instead: docs/install.md."
    say "Restart once, so that the quiet boot and the watchdog begin: sudo reboot"
}

# A version beside the running one takes over, and goes again if it is not ready in time.
update_kiosk() {
    local old
    read_options "$@"
    need_root
    need_writable_system
    need_debian
    [ -L "$current" ] || die "nothing is installed here yet: sudo ./setup.sh install"
    have_packages
    have_release
    old=$(readlink "$current")
    if [ "$old" = "$release" ]; then
        if [ "$rebuilt" = yes ]; then
            kiosk_runs
            say "$(basename "$release") did not run any more and was built anew"
            return
        fi
        say "$(basename "$release") is what runs already"
        return
    fi
    trap '' HUP # a lost line to whoever types this must not stop it half way
    trial_begins "$old"
    take_over "$release"
    if ! becomes_ready; then
        if lacks_screen; then
            say "no screen is connected, so nobody can see whether $(basename "$release") works;" \
                "back to $(basename "$old"). Connect one, and update again"
        else
            say "$(basename "$release") was not ready in time; back to $(basename "$old")"
            rm -f "$release/complete"
        fi
        take_over "$old"
        trial_ends
        lacks_screen || becomes_ready || say "and that one is not ready either: journalctl -u kiosk"
        [ -e "$release/complete" ] || rm -rf "$release"
        exit 1
    fi
    trial_ends
    forget_releases_but "$release" "$old"
    say "updated to $(basename "$release")"
}

uninstall_kiosk() {
    read_options "$@"
    need_root
    need_writable_system
    [ -d "$home" ] || die "nothing is installed here"
    agreed "The kiosk goes, with its settings and keys. The journal in $journal stays."
    if systemd_runs; then systemctl -q stop 'kiosk-*.path' kiosk.service kiosk-provision.service \
        kiosk-phone-setup.service; fi
    data_comes_home
    wiped /etc/kiosk
    rm -rf /run/kiosk-provision /run/kiosk-settings /run/kiosk-stick-settings
    rm -f /etc/NetworkManager/dnsmasq-shared.d/kiosk-phone.conf # of a set-up that lost its power
    put_back
    forget_made
    update_grub_menu
    forget_accounts
    rm -rf "$home"
    reload_system
    say "The kiosk is gone. Debian's packages stay, and so does the journal: $journal"
    say "Restart once, so that the console comes back: sudo reboot"
}

# readonly on DEVICE: journal, settings and Wi-Fi live on a partition of their own, the system is only
# read. readonly off: the system can be changed again; the partition stays in use.
readonly_system() {
    need_root
    [ -L "$current" ] || die "nothing is installed here yet: sudo ./setup.sh install"
    case ${1:-} in
        on)
            need_writable_system
            release=$(readlink "$current")
            need_initramfs
            apt_has overlayroot busybox # its script needs the tools of busybox at boot
            data_is_apart "${2:?readonly on needs a partition with ext4, like /dev/sda1}"
            has_file overlayroot.conf "$overlay"
            say "Restart, and the system is only read: sudo reboot" \
                "Then look whether it is: sudo kiosk doctor"
            ;;
        off)
            if is_overlay; then overlayroot-chroot rm -f "$overlay"; else rm -f "$overlay"; fi
            say "Restart, and the system can be changed: sudo reboot"
            ;;
        *) die "readonly on DEVICE, or readonly off" ;;
    esac
}

# --- The caller ---------------------------------------------------------------------------------

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --yes | -y) unattended=yes ;;
            --wheels)
                wheels=$(realpath -e "${2:?--wheels needs a folder}")
                shift
                ;;
            --settings)
                settings=$(realpath -e "${2:?--settings needs a file}")
                shift
                ;;
            *) die "what is $1? See ./setup.sh help" ;;
        esac
        shift
    done
}

# Root, whom nothing in the caller's folder, environment or mask may lead.
need_root() {
    [ "$(id -u)" -eq 0 ] || die "needs root: sudo ./setup.sh ..."
    umask 022
    cd /
    export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
}

need_writable_system() {
    is_overlay || return 0
    # Two ways lead here, and only one of them is ours to end.
    [ -e "$overlay" ] || grep -qs overlayroot=disabled /proc/cmdline \
        || die "the system is only read now, by raspi-config's own overlay (or another):" \
            "sudo raspi-config nonint disable_overlayfs, then restart"
    die "the system is only read now: sudo ./setup.sh readonly off, then restart"
}

# The overlay is made in the initramfs; where a machine boots without one, nothing would happen.
need_initramfs() {
    local config=$firmware/config.txt
    if [ -f "$config" ] && ! grep -qE '^[[:space:]]*(auto_initramfs=1|initramfs )' "$config"; then
        die "this Pi boots without an initramfs, so the system would stay writable:" \
            "put auto_initramfs=1 into $config"
    fi
}

need_debian() {
    local id=none version=none
    if [ -r /etc/os-release ]; then
        id=$(. /etc/os-release && echo "${ID:-} ${ID_LIKE:-}")
        version=$(. /etc/os-release && echo "${VERSION_ID:-}")
    fi
    case $id:$version in
        *debian*:12 | *debian*:13) ;;
        *) die "is made for Raspberry Pi OS Lite and Debian, 12 and 13; this is $id $version" ;;
    esac
    case $(dpkg --print-architecture) in
        arm64 | amd64) ;;
        *) die "needs a 64-bit system: not all libraries exist for $(dpkg --print-architecture)" ;;
    esac
    [ ! -e /etc/systemd/system/display-manager.service ] \
        || die "a desktop is installed, which would keep the screen for itself; take the Lite system"
}

agreed() {
    local answer
    say "$1"
    [ "$unattended" = no ] || return 0
    [ -t 0 ] || die "nobody can be asked here; say --yes"
    read -rp "Go on? [y/N] " answer
    case $answer in
        y | Y | yes) ;;
        *) die "nothing was changed" ;;
    esac
}

# --- Packages, accounts, settings -----------------------------------------------------------------

have_packages() {
    local wanted=(
        python3 python3-venv                    # the program's own interpreter
        libgl1-mesa-dri libegl1 libgles2 libgbm1 # SDL draws through these without a desktop
        ca-certificates                         # Blink's certificate
    )
    case $(. /etc/os-release && echo "$VERSION_ID") in # sound
        12) wanted+=(libasound2) ;;
        *) wanted+=(libasound2t64) ;;
    esac
    # NetworkManager's ways to a radio, to its country, and to give a phone an address.
    [ ! -d /etc/NetworkManager ] || wanted+=(wpasupplicant iw dnsmasq-base)
    apt_has "${wanted[@]}"
}

apt_has() {
    local package missing=()
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] \
            || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] || have_debian_packages "${missing[@]}"
}

have_accounts() {
    local name fresh=()
    for name in gpio render input; do
        getent group "$name" >/dev/null || fresh+=("group $name")
    done
    getent passwd kiosk >/dev/null || fresh+=("user kiosk")
    has_file sysusers.conf /etc/sysusers.d/kiosk.conf
    [ ${#fresh[@]} -gt 0 ] || return 0
    printf '%s\n' "${fresh[@]}" >>"$accounts"
    systemd-sysusers /etc/sysusers.d/kiosk.conf
}

# The journal keeps its files, under an owner whom nobody can become by chance.
forget_accounts() {
    local kind name
    [ ! -d "$journal" ] || chown -R root:root "$journal"
    [ -e "$accounts" ] || return 0
    while read -r kind name; do
        case $kind in
            user) userdel "$name" ;;
            group) groupdel "$name" ;;
        esac
    done < <(tac "$accounts")
}

# Settings given on the command line, checked and put where they belong.
have_settings() {
    [ -n "$settings" ] || return 0
    "$current/venv/bin/python" -IB -m kiosk provision --from "$settings" \
        || die "the settings in $settings were refused, see above"
    changed=yes
}

# --- A partition for what must last ---------------------------------------------------------------

is_overlay() { [ "$(stat -f -c %T /)" = overlayfs ]; }

# What the kiosk keeps, and its folder on the partition.
declare -A apart=(["$journal"]=journal ["/etc/kiosk"]=settings
    ["/etc/NetworkManager/system-connections"]=wifi ["/etc/netplan"]=netplan)

# Copied, mounted over, and gone from beneath: a partition that is missing at some boot uncovers what
# was there before, keys of years ago among it.
data_is_apart() {
    local path uuid table only=nosuid,nodev,noexec
    [ "$(blkid -o value -s TYPE "$1")" = ext4 ] || die "$1 has no ext4 on it: mkfs.ext4 $1"
    uuid=$(blkid -o value -s UUID "$1")
    [ ! -d /etc/NetworkManager ] || folder /etc/NetworkManager/system-connections 700
    folder "$data" 755
    table=$(grep -vE " ($data|$(IFS='|' && echo "${!apart[*]}")) " /etc/fstab || true)
    table+=$'\n'"UUID=$uuid $data ext4 noatime,nofail,$only,x-systemd.device-timeout=15s 0 2"
    if systemd_runs; then systemctl -q stop kiosk.service; fi
    mountpoint -q "$data" || mount "$1" "$data"
    for path in "${!apart[@]}"; do
        [ -d "$path" ] || continue
        table+=$'\n'"$data/${apart[$path]} $path none bind,nofail,$only 0 0"
        [ -d "$data/${apart[$path]}" ] || copied "$path" "$data/${apart[$path]}"
    done
    text_is /etc/fstab "$table"
    has_text "$(partition_rule "$uuid")" /etc/udev/rules.d/61-kiosk-partition.rules
    ! systemd_runs || systemctl daemon-reload
    for path in "${!apart[@]}"; do
        [ ! -d "$path" ] || covered "$path"
    done
    kiosk_runs
}

# copied FROM TO: the whole folder is there, or nothing of it.
copied() {
    rm -rf "$2.new"
    cp -a "$1" "$2.new"
    sync -f "$2.new"
    mv "$2.new" "$2"
    sync -f "$2"
}

# covered PATH: the partition's folder is mounted there, and beneath it is a mark alone. The mark says
# to the program that this is not the place where sales and settings are kept.
covered() {
    local beneath
    beneath=$(mktemp -d)
    mountpoint -q "$1" || mount "$1"
    mount --bind / "$beneath" # without what is mounted on it
    wiped "$beneath$1"
    [[ $1 == /etc/NetworkManager/* || $1 == /etc/netplan ]] || touch "$beneath$1/$mark"
    sync -f "$beneath"
    umount "$beneath"
    rmdir "$beneath"
}

# wiped FOLDER: what is in it is overwritten, then gone; a card may keep a copy that it alone reaches.
wiped() {
    [ -d "$1" ] || return 0
    find "$1" -xdev -type f -exec shred -zu {} +
    find "$1" -xdev -mindepth 1 -delete
}

partition_rule() {
    echo "# The kiosk's partition came, at the boot or later."
    echo "SUBSYSTEM==\"block\", ENV{ID_FS_UUID}==\"$1\", TAG+=\"systemd\"," \
        "ENV{SYSTEMD_WANTS}+=\"kiosk-partition.service\""
}

# The journal, the settings and the Wi-Fi are in their old places; no key stays on the partition.
data_comes_home() {
    local path
    if ! grep -q " $data " /etc/fstab; then return 0; fi
    if ! mountpoint -q "$journal"; then
        say "The partition of readonly is not there: its keys and its journal stay on it"
        rm -f "$journal/$mark"
        return
    fi
    for path in "${!apart[@]}"; do
        if ! mountpoint -q "$path"; then continue; fi
        umount "$path"
        rm -f "$path/$mark"
        cp -a "$data/${apart[$path]}/." "$path/"
        [ "$path" = "$journal" ] || wiped "$data/${apart[$path]}"
    done
    sync -f "$data"
    umount "$data"
}

# --- The release ----------------------------------------------------------------------------------

# This folder's program with its own virtual environment, complete or not there at all.
have_release() {
    local parts=(kiosk systemd setup.sh pyproject.toml requirements.lock
        LICENSE README.md .env.example) version hash old new=$releases/incoming
    rm -rf "$new"
    install -d "$releases" "$new"
    # What is installed is named by what was copied: the source may be somebody's who changes it.
    (cd "$here" && find "${parts[@]}" -type f -not -name '*.pyc' -print0 \
        | xargs -0 cp --parents --preserve=timestamps -t "$new")
    has_plain_modes "$new"
    version=$(sed -n 's/^version = "\([0-9A-Za-z.+-]*\)"$/\1/p' "$new/pyproject.toml")
    hash=$(cd "$new" && find "${parts[@]}" -type f -print0 | LC_ALL=C sort -z \
        | xargs -0 sha256sum | sha256sum)
    release=$releases/$version-${hash:0:8}
    if runs "$release"; then
        rm -rf "$new"
        return
    fi
    say "building $release"
    for old in "$releases"/*; do
        [ -e "$old/complete" ] || [ "$old" = "$new" ] || rm -rf "$old"
    done
    rm -rf "$release"
    mv -T "$new" "$release"
    has_environment "$release"
    echo "$release" >"$(echo "$release"/venv/lib/python3.*/site-packages)/kiosk.pth"
    "$release/venv/bin/python" -I -m compileall -q "$release/kiosk"
    sync -f "$release"
    touch "$release/complete"
    sync -f "$release"
    if ! runs "$release"; then
        rm -rf "$release"
        die "$(basename "$release") was built, and its libraries cannot be loaded: wrong wheels?"
    fi
    rebuilt=yes changed=yes
}

# has_plain_modes FOLDER: root's, read by everybody, written by nobody else; scripts can be run. What
# the source had (a FAT stick has 0777, a careful user 0600) does not count.
has_plain_modes() {
    local file
    find "$1" -type d -exec chmod 755 {} +
    find "$1" -type f -exec chmod 644 {} +
    for file in "$1/setup.sh" "$1"/systemd/*; do
        [ "$(head -c 2 "$file")" != '#!' ] || chmod 755 "$file"
    done
    chown -R root:root "$1"
}

# has_environment RELEASE: a virtual environment of its own, with the libraries of its lock. The
# running release's are copied when they are the same, which is quicker than to unpack and compile them.
has_environment() {
    local running
    running=$(readlink "$current" || true)
    if fits "$running" "$1"; then
        say "copying the libraries of $(basename "$running")"
        python3 -I -m venv --without-pip "$1/venv"
        cp -a "$running"/venv/lib/python3.*/site-packages/. "$1"/venv/lib/python3.*/site-packages/
        ! "$1/venv/bin/python" -IBc "$are_as_installed" || return 0
        say "a file of them is damaged; making them anew"
        rm -rf "$1/venv"
    fi
    python3 -I -m venv "$1/venv"
    has_libraries "$1"
}

# fits RUNNING RELEASE: the environment of the one is what the other needs.
fits() {
    local python='import os, sys; print(os.path.realpath(sys.executable), sys.version)'
    runs "$1" && cmp -s "$1/requirements.lock" "$2/requirements.lock" \
        && [ "$("$1/venv/bin/python" -Ic "$python")" = "$(python3 -Ic "$python")" ]
}

# Every library's file has the hash that pip has noted. Programs in bin are not copied.
are_as_installed='
from importlib.metadata import distributions
from base64 import urlsafe_b64encode
from hashlib import new

for distribution in distributions():
    for file in distribution.files:
        if file.hash and ".." not in file.parts:
            digest = new(file.hash.mode, file.read_binary()).digest()
            assert urlsafe_b64encode(digest).decode().rstrip("=") == file.hash.value, file
'

# has_libraries RELEASE: exactly the lock's, from one index: another that cannot be reached would
# make this an hour long (Raspberry Pi OS names one in /etc/pip.conf).
has_libraries() {
    local pip=("$1/venv/bin/python" -I -m pip --isolated --disable-pip-version-check --no-input
        install --no-cache-dir --only-binary :all: --no-deps --require-hashes
        -r "$1/requirements.lock")
    if [ -n "$wheels" ]; then
        pip+=(--quiet --no-index --find-links "$wheels")
    else
        say "fetching libraries from $index"
        pip+=(--index-url "$index" --timeout 20 --retries 4)
    fi
    PIP_CONFIG_FILE=/dev/null "${pip[@]}" >&2
}

# runs RELEASE: it is complete, and its Python is still the one that it was made for. Whether the
# program itself is any good is what a trial shows.
runs() {
    [ -e "$1/complete" ] && "$1/venv/bin/python" -IBc \
        'import kiosk, pygame, gql, gpiozero, dotenv' >/dev/null 2>&1
}

# One rename, so there is no moment without a current release.
is_current() {
    [ "$(readlink "$current" || true)" != "$1" ] || return 0
    ln -sfn "$1" "$current.new"
    mv -T "$current.new" "$current"
    sync -f "$home"
    changed=yes
}

# While this is there, the release before it comes back after three starts (systemd/give-way). On the
# disk before anything else changes, and as a whole.
trial_begins() {
    echo "$1" >"$trial.new"
    sync "$trial.new"
    mv -T "$trial.new" "$trial"
    sync -f "$home"
}

trial_ends() {
    rm -f "$trial"
    sync -f "$home"
}

# Whether the till waits for a screen, which is no fault of its release.
lacks_screen() {
    systemd_runs || return 1
    [[ $(systemctl show -p StatusText --value kiosk.service) == "no screen"* ]]
}

take_over() {
    have_system_files "$1"
    is_current "$1"
    reload_system
}

becomes_ready() {
    systemd_runs || return 0
    # `restart` ends when the first picture is on the screen, or when the start has failed.
    timeout 120 systemctl restart kiosk.service || return 1
    sleep 10
    systemctl -q is-active kiosk.service \
        && [ "$(systemctl show -p NRestarts --value kiosk.service)" = 0 ]
}

forget_releases_but() {
    local old
    for old in "$releases"/*; do
        case $old in
            "$1" | "$2") ;;
            *) rm -rf "$old" ;;
        esac
    done
}

# --- Files of the system --------------------------------------------------------------------------

have_system_files() {
    local from=$1/systemd
    has_file "$from/kiosk" /usr/local/bin/kiosk 755
    has_file "$from/kiosk.service" /etc/systemd/system/kiosk.service
    has_file "$from/display-device.conf" /etc/systemd/system/dev-kiosk-display.device.d/kiosk.conf
    has_file "$from/kiosk-provision.service" /etc/systemd/system/kiosk-provision.service
    # What the manager may ask of root: copy the sales onto a stick, read settings from one.
    has_file "$from/kiosk-export.path" /etc/systemd/system/kiosk-export.path
    has_file "$from/kiosk-export.service" /etc/systemd/system/kiosk-export.service
    # ... make a second copy of the books on one that is there for it.
    has_file "$from/kiosk-copy.path" /etc/systemd/system/kiosk-copy.path
    has_file "$from/kiosk-copy.service" /etc/systemd/system/kiosk-copy.service
    has_file "$from/kiosk-stick.path" /etc/systemd/system/kiosk-stick.path
    has_file "$from/kiosk-stick.service" /etc/systemd/system/kiosk-stick.service
    # ... and put settings into force that are asked for on the screen.
    has_file "$from/kiosk-settings.path" /etc/systemd/system/kiosk-settings.path
    has_file "$from/kiosk-settings.service" /etc/systemd/system/kiosk-settings.service
    # ... and set the till up by phone, while no settings are in force.
    has_file "$from/kiosk-phone-setup.path" /etc/systemd/system/kiosk-phone-setup.path
    has_file "$from/kiosk-phone-setup.service" /etc/systemd/system/kiosk-phone-setup.service
    has_file "$from/kiosk-partition.service" /etc/systemd/system/kiosk-partition.service
    has_file "$from/kiosk-polkit.rules" /etc/polkit-1/rules.d/50-kiosk.rules
    has_file "$from/kiosk.rules" /etc/udev/rules.d/60-kiosk.rules
    has_file "$from/system.conf" /etc/systemd/system.conf.d/kiosk.conf
    has_file "$from/logind.conf" /etc/systemd/logind.conf.d/kiosk.conf
    has_file "$from/journald.conf" /etc/systemd/journald.conf.d/kiosk.conf
    has_file "$from/coredump.conf" /etc/systemd/coredump.conf.d/kiosk.conf
    has_file "$from/sysctl.conf" /etc/sysctl.d/99-kiosk.conf
    has_link /etc/systemd/system/kiosk.service \
        /etc/systemd/system/multi-user.target.wants/kiosk.service
}

# What lies in memory holds keys, and swap is memory on the card (or packed, in zram). swap.target is
# what every swap of fstab, of a partition table and of zram-generator hangs on; the others do it by
# themselves: Raspberry Pi OS until 12, zram-tools. rpi-swap would still make its device and its file.
swap_is_off() {
    local unit
    for unit in swap.target dphys-swapfile.service zramswap.service; do
        has_link /dev/null "$units/$unit"
    done
    [ ! -d "$rpi" ] || has_text $'[Main]\nMechanism=none' "$rpi/swap.conf.d/99-kiosk.conf"
    if systemd_runs && [ "$(wc -l </proc/swaps)" -gt 1 ]; then
        swapoff -a 2>/dev/null || say "Swap is still on until the next restart"
    fi
}

console_is_closed() {
    has_link /dev/null /etc/systemd/system/getty@tty1.service
    has_link /dev/null /etc/systemd/system/autovt@.service
    has_link /dev/null /etc/systemd/system/ctrl-alt-del.target
}

# No words and no cursor on the way to the first picture: a Pi's files, or GRUB's.
boot_is_quiet() {
    local file=$firmware/cmdline.txt word words
    if [ -f "$file" ]; then
        words=$(cat "$file")
        for word in quiet loglevel=3 logo.nologo vt.global_cursor_default=0 consoleblank=0 \
            systemd.show_status=false fsck.repair=yes panic=10; do
            case " $words " in
                *" $word "*) ;;
                *) words="$words $word" ;;
            esac
        done
        text_is "$file" "$words"
    fi
    file=$firmware/config.txt
    if [ -f "$file" ] && ! grep -qx 'disable_splash=1' "$file"; then
        text_is "$file" "$(cat "$file")"$'\n\n# kiosk: no rainbow\n[all]\ndisable_splash=1'
    fi
    if [ -f /etc/default/grub ]; then
        has_file "$release/systemd/grub.cfg" /etc/default/grub.d/kiosk.cfg
        update_grub_menu
    fi
}

# cloud-init tells its stages and the SSH host keys to the console, which is the till's screen.
cloud_is_quiet() {
    local unit
    [ -d "$cloud" ] || return 0
    has_text $'#cloud-config\nno_ssh_fingerprints: true\nssh: {emit_keys_to_console: false}' \
        "$cloud/cloud.cfg.d/99-kiosk.cfg"
    for unit in cloud-init-local cloud-init-main cloud-init-network cloud-init cloud-config cloud-final; do
        has_text $'[Service]\nStandardOutput=journal\nStandardError=journal' \
            "$units/$unit.service.d/kiosk.conf"
    done
}

# text_is FILE TEXT: somebody else's file has this text, a whole one at any instant.
text_is() {
    [ "$(cat "$1")" != "$2" ] || return 0
    remember "$1"
    printf '%s\n' "$2" >"$1.new"
    sync "$1.new"
    mv "$1.new" "$1"
    sync -f "$1"
    [ ! -e "$ours" ] || sed -i "\\|  $1\$|d" "$ours"
    sha256sum "$1" >>"$ours"
    changed=yes
}

# The menu is made from what is in /etc/default; where GRUB cannot look at its disk (an image being
# built) whoever installs GRUB there makes it.
update_grub_menu() {
    [ -f /etc/default/grub ] && [ -f /boot/grub/grub.cfg ] && command -v update-grub >/dev/null \
        || return 0
    if [ -e /etc/default/grub.d/kiosk.cfg ] && grep -q vt.global_cursor_default=0 /boot/grub/grub.cfg; then
        return 0
    fi
    update-grub >/dev/null 2>&1 || say "GRUB's menu was not made anew; run update-grub"
}

# has_file SOURCE TARGET [MODE]: the target is a copy of the source.
has_file() {
    local source=$1 target=$2 mode=${3:-644}
    [[ $source == /* ]] || source=$release/systemd/$source
    if cmp -s "$source" "$target" && [ "$(stat -c %a "$target")" = "$mode" ]; then return 0; fi
    remember "$target"
    install -D -m "$mode" "$source" "$target"
    changed=yes
}

# has_text TEXT TARGET: the target says this, and is ours.
has_text() {
    [ "$(cat "$2" 2>/dev/null)" != "$1" ] || return 0
    remember "$2"
    install -D -m 644 /dev/stdin "$2" <<<"$1"
    changed=yes
}

# has_link TO PATH: the path is a link to that.
has_link() {
    [ "$(readlink "$2" || true)" != "$1" ] || return 0
    remember "$2"
    mkdir -p "$(dirname "$2")"
    ln -sfn "$1" "$2"
    changed=yes
}

# folder PATH MODE: the folder is there, root's.
folder() {
    [ ! -d "$1" ] || return 0
    remember "$1"
    install -d -m "$2" "$1"
}

# Write down that a path is about to be made, or keep what is there; the first time counts.
remember() {
    local path=$1 parent
    mkdir -p "$home"
    touch "$made"
    if grep -qxF "$path" "$made" || [ -e "$before$path" ] || [ -L "$before$path" ]; then return 0; fi
    if [ -e "$path" ] || [ -L "$path" ]; then
        mkdir -p "$(dirname "$before$path")"
        cp -a "$path" "$before$path"
        return 0
    fi
    parent=$(dirname "$path")
    [ -d "$parent" ] || remember "$parent"
    echo "$path" >>"$made"
}

# What we changed is as it was, unless somebody has changed it since.
put_back() {
    local kept path
    [ -d "$before" ] || return 0
    while IFS= read -r -d '' kept; do
        path=${kept#"$before"}
        if grep -qF "  $path" "$ours" 2>/dev/null && ! grep -F "  $path" "$ours" | sha256sum -c --status; then
            cp -a "$kept" "$path.before-kiosk"
            say "$path was changed since; as it was before the kiosk: $path.before-kiosk"
        else
            cp -a --remove-destination "$kept" "$path"
        fi
    done < <(find "$before" -not -type d -print0)
}

# What we made is gone, the last first; a folder that somebody else uses by now stays.
forget_made() {
    local path
    while read -r path; do
        if [ -d "$path" ] && [ ! -L "$path" ]; then
            rmdir --ignore-fail-on-non-empty "$path"
        else
            rm -f "$path"
        fi
    done < <(tac "$made")
}

# --- The running system ---------------------------------------------------------------------------

# False in a chroot, where an image is built.
systemd_runs() { [ -d /run/systemd/system ]; }

reload_system() {
    systemd_runs || return 0
    systemctl daemon-reload
    systemctl -q is-active systemd-udevd.service || return 0
    udevadm control --reload
    udevadm trigger --subsystem-match=drm --subsystem-match=gpio --subsystem-match=backlight
}

kiosk_runs() {
    systemd_runs || return 0
    reload_system
    systemctl -q stop getty@tty1.service
    systemctl restart --no-block kiosk.service
}
