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
data=/var/lib/kiosk-data # a partition for what must last, where the system is only read
overlay=/etc/overlayroot.local.conf

release=    # the folder of the version that is being installed
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
    boot_is_quiet
    is_current "$release"
    have_settings
    if [ "$changed" = no ]; then
        say "$(basename "$release") is installed already; nothing was changed"
        return
    fi
    kiosk_runs
    say "installed $(basename "$release")"
    [ -s /etc/kiosk/kiosk.env ] || say "No settings yet: copy .env.example to the boot partition" \
        "as kiosk.env, fill it in, and restart. README: \"Installing on a Pi\"."
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
        say "$(basename "$release") is what runs already"
        return
    fi
    trap '' HUP # a lost line to whoever types this must not stop it half way
    echo "$old" >"$trial"
    take_over "$release"
    if ! becomes_ready; then
        say "$(basename "$release") was not ready in time; back to $(basename "$old")"
        take_over "$old"
        rm -f "$trial"
        becomes_ready || say "and that one is not ready either: journalctl -u kiosk"
        rm -rf "$release"
        exit 1
    fi
    rm -f "$trial"
    forget_releases_but "$release" "$old"
    say "updated to $(basename "$release")"
}

uninstall_kiosk() {
    read_options "$@"
    need_root
    need_writable_system
    [ -d "$home" ] || die "nothing is installed here"
    agreed "The kiosk goes, with its settings and keys. The journal in $journal stays."
    if systemd_runs; then systemctl -q stop kiosk.service kiosk-provision.service; fi
    data_comes_home
    rm -rf /etc/kiosk/credentials /etc/kiosk/kiosk.env /run/kiosk-provision
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
            apt_has overlayroot busybox # its script needs the tools of busybox at boot
            data_is_apart "${2:?readonly on needs a partition with ext4, like /dev/sda1}"
            has_file overlayroot.conf "$overlay"
            say "Restart, and the system is only read: sudo reboot"
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

need_root() {
    [ "$(id -u)" -eq 0 ] || die "needs root: sudo ./setup.sh ..."
}

need_writable_system() {
    ! is_overlay || die "the system is only read now: sudo ./setup.sh readonly off, then restart"
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
    ["/etc/NetworkManager/system-connections"]=wifi)

data_is_apart() {
    local path uuid table
    if mountpoint -q "$journal"; then return 0; fi
    [ "$(blkid -o value -s TYPE "$1")" = ext4 ] || die "$1 has no ext4 on it: mkfs.ext4 $1"
    uuid=$(blkid -o value -s UUID "$1")
    table=$(cat /etc/fstab)$'\n'"UUID=$uuid $data ext4 noatime,nofail 0 2"
    folder "$data" 755
    if systemd_runs; then systemctl -q stop kiosk.service; fi
    mount "$1" "$data"
    for path in "${!apart[@]}"; do
        if [ -d "$path" ] && [ ! -d "$data/${apart[$path]}" ]; then
            cp -a "$path" "$data/${apart[$path]}.new"
            sync -f "$data"
            mv "$data/${apart[$path]}.new" "$data/${apart[$path]}"
        fi
        [ ! -d "$path" ] || table+=$'\n'"$data/${apart[$path]} $path none bind,nofail 0 0"
    done
    text_is /etc/fstab "$table"
}

data_comes_home() {
    local path
    if ! mountpoint -q "$journal"; then return 0; fi
    for path in "${!apart[@]}"; do
        if ! mountpoint -q "$path"; then continue; fi
        umount "$path"
        cp -a "$data/${apart[$path]}/." "$path/"
    done
    umount "$data"
}

# --- The release ----------------------------------------------------------------------------------

# This folder's program with its own virtual environment, complete or not there at all.
have_release() {
    local parts=(kiosk systemd setup.sh pyproject.toml requirements.lock
        LICENSE README.md .env.example) version hash old pip
    version=$(sed -n 's/^version = "\(.*\)"$/\1/p' "$here/pyproject.toml")
    hash=$(cd "$here" && find "${parts[@]}" -type f -not -name '*.pyc' -print0 | LC_ALL=C sort -z \
        | xargs -0 sha256sum | sha256sum)
    release=$releases/$version-${hash:0:8}
    [ ! -e "$release/complete" ] || return 0
    say "building $release"
    for old in "$releases"/*; do
        [ -e "$old/complete" ] || rm -rf "$old"
    done
    install -d "$release"
    (cd "$here" && find "${parts[@]}" -type f -not -name '*.pyc' -print0 \
        | xargs -0 cp --parents -p -t "$release")
    python3 -m venv "$release/venv"
    pip=("$release/venv/bin/python" -m pip install --quiet --disable-pip-version-check
        --no-cache-dir --only-binary :all: --require-hashes -r "$release/requirements.lock")
    [ -z "$wheels" ] || pip+=(--no-index --find-links "$wheels")
    "${pip[@]}"
    echo "$release" >"$(echo "$release"/venv/lib/python3.*/site-packages)/kiosk.pth"
    "$release/venv/bin/python" -m compileall -q "$release/kiosk"
    chown -R root:root "$release"
    sync -f "$release"
    touch "$release/complete"
}

# One rename, so there is no moment without a current release.
is_current() {
    [ "$(readlink "$current" || true)" != "$1" ] || return 0
    ln -sfn "$1" "$current.new"
    mv -T "$current.new" "$current"
    changed=yes
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
    has_file "$from/kiosk-provision.service" /etc/systemd/system/kiosk-provision.service
    # What the manager may ask of root: copy the sales onto a stick.
    has_file "$from/kiosk-export.path" /etc/systemd/system/kiosk-export.path
    has_file "$from/kiosk-export.service" /etc/systemd/system/kiosk-export.service
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
