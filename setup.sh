#!/usr/bin/env bash
# Sets the kiosk up: on a laptop (demo, test) or as an appliance (install, update, uninstall).
# One function per thing that becomes true; each may be run again and changes nothing then.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
venv=$here/.venv
python=

say() { printf '%s\n' "$*" >&2; }
die() {
    say "setup.sh: $*"
    exit 1
}

usage() {
    cat <<'END'
usage: ./setup.sh COMMAND

  demo [options]   set up .venv and watch a whole sale, with no account and no hardware
  test [options]   set up .venv and run ruff, mypy and pytest (options go to pytest)
  lock             make requirements.lock and requirements-dev.lock anew from pyproject.toml

  wheels DIR       fill a folder for installing without a network, for a Pi and for a PC

  sudo ./setup.sh install [--yes] [--settings FILE] [--wheels DIR]
                   make this Raspberry Pi OS Lite or Debian machine a kiosk
  sudo ./setup.sh update [--wheels DIR]
                   install this folder's version beside the running one, and go back if it fails
  sudo ./setup.sh uninstall [--yes]
                   make it an ordinary machine again; the journal stays
  sudo ./setup.sh readonly on DEVICE | off
                   only read the system, with the journal and the settings on a partition apart

  help             this text
END
}

# A Python that the lock was made for.
find_python() {
    local candidate
    for candidate in python3.13 python3.12 python3.11 python3; do
        if "$candidate" -Ic 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            2>/dev/null; then
            python=$candidate
            return
        fi
    done
    die "needs Python 3.11, 3.12 or 3.13; Debian: apt-get install python3 python3-venv"
}

# Debian packages the caller names, through apt when we may, else by telling.
have_debian_packages() {
    if ! command -v apt-get >/dev/null; then
        die "these Debian packages are missing, or what your system calls them: $*"
    elif [ "$(id -u)" -ne 0 ]; then
        die "please run: sudo apt-get install $*"
    fi
    say "installing $*"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

have_venv_module() {
    "$python" -Ic 'import ensurepip, venv' 2>/dev/null || have_debian_packages python3-venv
}

# .venv holds exactly what the lock says, and the package itself; made again when either changes.
have_venv() {
    local wanted
    wanted=$(cat "$here/requirements-dev.lock" "$here/pyproject.toml" | sha256sum)
    if [ -x "$venv/bin/kiosk" ] && [ "$(cat "$venv/made-from" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    find_python
    have_venv_module
    say "making .venv with $("$python" --version)"
    rm -f "$venv/made-from"
    "$python" -I -m venv "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --require-hashes -r "$here/requirements-dev.lock"
    # The build tool comes from the lock as well, so nothing unhashed is fetched.
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps --no-build-isolation -e "$here"
    printf '%s\n' "$wanted" >"$venv/made-from"
}

demo() {
    have_venv
    exec "$venv/bin/python" -m kiosk demo "$@"
}

run_tests() {
    # More than there are processors: a story waits as long as it works.
    local workers=3
    # What is emulated takes all processors, and one at a time is enough to test.
    case " $* " in *" appliance "* | *" aarch64 "*) workers=0 ;; esac
    have_venv
    cd "$here"
    "$venv/bin/ruff" check .
    "$venv/bin/ruff" format --check .
    if [ ! -d tests/__pycache__ ]; then
        # Compiles all tests once, beside mypy; at the first run each worker would do it for itself.
        "$venv/bin/python" -m pytest --collect-only "$@" >/dev/null 2>&1 &
    fi
    "$venv/bin/mypy"
    wait
    exec "$venv/bin/python" -m pytest -n "$workers" --dist worksteal "$@"
}

lock() {
    have_venv
    "$venv/bin/python" -c 'import uv' 2>/dev/null \
        || "$venv/bin/python" -m pip install --quiet 'uv>=0.8,<0.14'
    cd "$here"
    local how=(--quiet --universal --generate-hashes --python-version 3.11
        --no-emit-index-url --no-emit-find-links --custom-compile-command './setup.sh lock')
    # What no sale imports stays off the appliance (tests/setup/test_lock.py): bolt11's command line,
    # qrcode's colours on Windows, colorzero's leftover, bitstring's core that is still in beta.
    "$venv/bin/uv" pip compile "${how[@]}" pyproject.toml -o requirements.lock \
        --no-emit-package click --no-emit-package colorama \
        --no-emit-package setuptools --no-emit-package tibs
    "$venv/bin/uv" pip compile "${how[@]}" --extra dev pyproject.toml \
        -c requirements.lock -o requirements-dev.lock
}

# For Debian 12 and 13 (Python 3.11 and 3.13), which are glibc 2.36 and 2.41.
have_wheels() {
    local version machine
    have_venv
    for machine in aarch64 x86_64; do
        for version in 3.11 3.13; do
            say "wheels for Python $version on $machine"
            "$venv/bin/python" -m pip download --quiet --disable-pip-version-check --dest "$1" \
                --no-deps --require-hashes --only-binary :all: --implementation cp \
                --python-version "$version" --platform "manylinux2014_$machine" \
                --platform "manylinux_2_28_$machine" --platform "manylinux_2_34_$machine" \
                -r "$here/requirements.lock"
        done
    done
}

# shellcheck source=systemd/appliance.sh
. "$here/systemd/appliance.sh"

case "${1:-help}" in
    install) shift && install_kiosk "$@" ;;
    update) shift && update_kiosk "$@" ;;
    uninstall) shift && uninstall_kiosk "$@" ;;
    readonly) shift && readonly_system "$@" ;;
    demo) shift && demo "$@" ;;
    test) shift && run_tests "$@" ;;
    lock) lock ;;
    wheels) have_wheels "${2:?wheels needs a folder}" ;;
    help | --help | -h) usage ;;
    *)
        usage >&2
        exit 2
        ;;
esac
