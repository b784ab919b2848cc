#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs the profiles "SIP Explain" and "SIP Explain triage" for the user who runs this, or makes a zip of them for
# Wireshark's import (Edit, Configuration Profiles, Import). What is the same already is left alone. No other profile is
# touched; a file of these that was changed by hand is kept beside the new one as NAME.old.
#
#   cmake/install-profile.sh [--into FOLDER]        FOLDER: Wireshark's configuration, as tshark -G folders says
#   cmake/install-profile.sh --zip FILE.zip
set -eu
from=$(cd "$(dirname "$0")/../plugin" && pwd)
name='SIP Explain'
triage='SIP Explain triage'

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

personal() {
    command -v tshark >/dev/null || fail 'There is no tshark to say where its configuration is: name it with --into FOLDER.'
    tshark -G folders 2>/dev/null | sed -n 's/^Personal configuration:[[:space:]]*//p'
}

# install_files FOLDER FILE...
install_files() {
    into=$1
    shift
    mkdir -p "$into"
    for file; do
        target=$into/${file##*/}
        if cmp -s "$file" "$target"; then
            continue
        fi
        # Wireshark itself writes the widths of columns there, each time it ends.
        if [ "${file##*/}" = recent ] && [ -e "$target" ]; then
            continue
        fi
        if [ -e "$target" ]; then
            mv "$target" "$target.old"
        fi
        cp "$file" "$target"
        chmod 644 "$target"
    done
}

# Both, below a folder. The triage has the buttons and macros of the other.
install_both() {
    install_files "$1/$name" "$from"/profile/*
    install_files "$1/$triage" "$from"/triage/* "$from"/profile/dfilter_* "$from"/profile/dmacros
}

make_zip() {
    command -v cmake >/dev/null || fail 'cmake makes the zip, and it is not installed.'
    case $1 in /*) zip=$1 ;; *) zip=$PWD/$1 ;; esac
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    install_both "$work"
    (cd "$work" && cmake -E tar cf "$zip" --format=zip "$name" "$triage")
    printf '%s\n' "Made $zip: in Wireshark, Edit, Configuration Profiles, Import, from zip file."
}

case ${1-} in
--zip)
    [ $# -eq 2 ] || fail "Usage: $0 --zip FILE.zip"
    make_zip "$2"
    exit 0
    ;;
--into)
    [ $# -eq 2 ] || fail "Usage: $0 --into FOLDER"
    config=$2
    ;;
'')
    config=$(personal)
    ;;
*)
    fail "Usage: $0 [--into FOLDER | --zip FILE.zip]"
    ;;
esac
[ -n "$config" ] || fail 'tshark -G folders names no personal configuration: name it with --into FOLDER.'
install_both "$config/profiles"
printf '%s\n' "Installed the profile in $config/profiles/$name" \
    "Choose it at the bottom right of Wireshark's window, or with:  tshark -C '$name'" \
    "For large captures that are mostly media:  tshark -C '$triage'"
