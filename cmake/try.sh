#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds the plugin, installs it where this tshark loads it and the profile "SIP Explain" with
# it, proves that the plugin is loaded, and explains a capture. Root installs for all users, anybody else for himself. May be run any number of times.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh

demo=tests/captures/demo.pcap

# folder NAME: a line of tshark -G folders
folder() {
    tshark -G folders 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p"
}

install_plugin() {
    local built target all
    built=$(built_plugin release)
    all=$(folder 'Global Plugins')/epan/sipexplain.so
    # Wireshark loads no personal plugins for uid 0, nor for gid 0.
    if [ "$(id -u)" -eq 0 ] || [ "$(id -g)" -eq 0 ]; then
        target=$all
    else
        target=$(folder 'Personal Plugins')/epan/sipexplain.so
    fi
    same_release "$built" "$target"
    if [ "$target" != "$all" ] && [ -e "$all" ]; then
        cmp -s "$built" "$all" ||
            fail "another copy is installed for all users, and Wireshark prefers it: $all" \
                 "Bring it up to date:  sudo cmake/try.sh" "or remove it:         sudo rm $all"
        target=$all
    fi
    if cmp -s "$built" "$target"; then
        say "Already there: $target"
    else
        # A new file, not new bytes in the old one: a running Wireshark has that mapped.
        { mkdir -p "${target%/*}" && install -m 644 "$built" "$target.new" &&
          mv -f "$target.new" "$target"; } ||
            fail "cannot write $target" "Look at who owns its folder, and at the free space."
        say "Installed $target"
    fi
    prove "$target"
}

# For the same users as the plugin. Wireshark offers it at the bottom right of its window.
install_profile() {
    local config said
    if [ "$(id -u)" -eq 0 ] || [ "$(id -g)" -eq 0 ]; then
        config=$(folder 'Global configuration')
    else
        config=$(folder 'Personal configuration')
    fi
    said=$(sh cmake/install-profile.sh --into "$config" 2>&1) ||
        fail "cannot install the profile in $config/profiles" "$said"
    say "$said"
}

# A plugin serves one minor release of Wireshark; its number is the folder above epan.
same_release() {
    local headers tshark
    headers=$(basename "$(dirname "$(dirname "$1")")")
    tshark=$(basename "$(dirname "$(dirname "$2")")")
    [ "$headers" = "$tshark" ] ||
        fail "$(command -v tshark) is release $tshark, but the headers found are of $headers" \
             "Install the development files of the same release (Debian: wireshark-dev), or put" \
             "the tshark of release $headers first in PATH; then remove build/ and run this again."
}

# tshark leaves out a plugin that it cannot load, and still exits with 0.
prove() {
    local said line
    said=$(tshark -G plugins 2>&1)
    line=$(grep -F "$1" <<<"$said" | grep -v "Couldn't load" || true)
    if [ -z "$line" ]; then
        grep -i sipexplain <<<"$said" >&2 || true
        fail "tshark does not load $1" \
             "The line above, if there is one, is tshark's reason. Most often the plugin was built for" \
             "another release: remove build/ and run this again."
    fi
    say "tshark -G plugins:"
    say "  $(tr '\t' ' ' <<<"$line" | tr -s ' ')"
}

# explain WHAT ARGUMENT...: shows a tshark command line and what it prints about the capture
explain() {
    local said trouble
    printf '\n%s\n\n    $ tshark -2 -r %s' "$1" "$demo"
    shift
    for word in "$@"; do
        case $word in *[!A-Za-z0-9._-]*) printf " '%s'" "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    printf '\n'
    trouble=$(mktemp)
    if ! said=$(tshark -2 -r "$demo" "$@" 2>"$trouble") || [ -z "$said" ]; then
        cat "$trouble" >&2
        rm -f "$trouble"
        fail "tshark explains nothing in $demo" "Is the file whole?  git checkout -- $demo"
    fi
    rm -f "$trouble"
    # -O prints a line for every other protocol too.
    printf '%s\n' "$said" |
        grep -Ev '^(Frame |Ethernet |Internet |User Datagram |Transmission |Session |$)' |
        sed 's/^/    /'
}

title "Packages"
want_to_build
install_missing
title "Build"
build release sipexplain
title "Install"
install_plugin
install_profile
title "What it says about $demo: a failed flow and a stuck call"
explain "All that needs a look:" -Y 'sipexplain.flow_failed || sipexplain.trying_timeout' \
        -T fields -e frame.number -e sipexplain
explain "The call that got 430:" -Y 'sipexplain.code == 430' -O sipexplain
explain "The call that got 100 Trying and nothing more:" -Y 'frame.number == 28' -O sipexplain

title "Done"
say "In Wireshark: open $demo, select a SIP message, and see SIP Explain at the end of its details;"
say "Analyze > Expert Information lists every verdict; the profile SIP Explain (bottom right) brings columns,"
say "colours and filter buttons. README.md has the filters."
