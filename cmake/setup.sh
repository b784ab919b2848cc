# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What try.sh and test.sh share: what to install, and how to say what failed. Sourced from the top folder.

export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
PYTHON=${PYTHON:-/usr/bin/python3}
missing=()

say() { printf '%s\n' "$*"; }
title() { printf '\n== %s\n' "$*"; }
fail() {
    printf '\n%s\n' "FAILED: $1" >&2
    shift
    printf '  %s\n' "$@" >&2
    exit 1
}

# want PACKAGE COMMAND...: the package is missing if the command fails.
want() {
    local package=$1
    shift
    "$@" >/dev/null 2>&1 || missing+=("$package")
}

tool() { command -v "$1"; }
module() { "$PYTHON" -c "import $1"; }
file() { compgen -G "$1"; }

want_to_build() {
    want tshark tool tshark
    want gcc tool gcc
    want libc6-dev file '/usr/include/stdio.h'
    want cmake tool cmake
    want ninja-build tool ninja
    want pkg-config tool pkg-config
    want python3 tool "$PYTHON"
    want libglib2.0-dev pkg-config --exists glib-2.0
    want wireshark-dev wireshark_headers
}

# In releases before 4.4 Debian keeps the CMake files below wireshark/.
wireshark_headers() {
    pkg-config --exists wireshark &&
        { file '/usr/lib/*/wireshark/cmake/WiresharkConfig.cmake' ||
          file '/usr/lib/*/cmake/wireshark/WiresharkConfig.cmake' ||
          file '/usr/local/lib*/cmake/wireshark/WiresharkConfig.cmake'; }
}

install_missing() {
    if [ ${#missing[@]} -eq 0 ]; then
        say "Everything needed is installed."
        return
    fi
    local packages="${missing[*]}" apt=(apt-get) log
    command -v apt-get >/dev/null ||
        fail "these packages are missing, and there is no apt-get to install them" "$packages" \
             "Install them, or what your system calls them, and run this command again."
    if [ "$(id -u)" -ne 0 ]; then
        may_sudo || fail "these packages are missing, and installing them needs root" \
            "As root:  apt-get install --no-install-recommends $packages" \
            "Then run this command again as yourself."
        apt=(sudo --preserve-env=DEBIAN_FRONTEND apt-get)
    fi
    say "Installing with apt, which may take some minutes: $packages"
    log=$(mktemp)
    { "${apt[@]}" update &&
        "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null &
    if ! wait_for $!; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install these packages" "$packages" \
             "The lines above are its last words: is the network there, and are the sources right?" \
             "Try it by hand:  ${apt[*]} install --no-install-recommends $packages"
    fi
    rm -f "$log"
    missing=()
}

# wait_for PROCESS: its exit code; a dot every ten seconds says that it still works.
wait_for() {
    local seconds=0
    while kill -0 "$1" 2>/dev/null; do
        sleep 1
        seconds=$((seconds + 1))
        [ $((seconds % 10)) -ne 0 ] || printf '.'
    done
    [ "$seconds" -lt 10 ] || printf '\n'
    wait "$1"
}

# Asking for a password is fine, but only somebody who sits there can give it.
may_sudo() {
    command -v sudo >/dev/null || return 1
    if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

# build PRESET [TARGET]
build() {
    local log built folder=build/$1
    mkdir -p "$folder" 2>/dev/null || true
    [ -w "$folder" ] ||
        fail "cannot write to $PWD/$folder" \
             "Another user built here: remove the folder build/, or run this as that user."
    log=$folder/build.log
    if ! { cmake --preset "$1" && cmake --build --preset "$1" ${2:+--target "$2"}; } >"$log" 2>&1 </dev/null; then
        tail -n 40 "$log" >&2
        fail "the build ($1) does not work; everything it said is in $log" \
             "If the folder was moved or Wireshark upgraded, remove build/ and run this again."
    fi
    built=$(built_plugin "$1")
    say "Built ${built:-$folder}"
}

built_plugin() {
    compgen -G "build/$1/plugins/*/epan/sipexplain.so" | head -n 1
}
