#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds the plugin, installs it where this tshark loads it and the profiles "SIP Explain" and
# "SIP Explain triage" with it, proves that the plugin is loaded, and explains a capture. Root installs for all users, anybody else for himself. May be run any number of times.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh

demo=tests/captures/demo.pcap

usage() {
    cat <<'END'
cmake/try.sh               install what is missing, build, install the plugin and its profile, explain a capture
cmake/try.sh --uninstall   remove the plugin and its profile
cmake/try.sh --help        this text

Root installs and uninstalls for all users, anybody else for himself. It may be run any number of times.
END
}

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
    remove_second_copy "$target"
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

# Wireshark loads one copy and keeps still about the other, which grows old.
remove_second_copy() {
    local own all
    own=$(folder 'Personal Plugins')/epan/sipexplain.so
    all=$(folder 'Global Plugins')/epan/sipexplain.so
    if [ "$1" = "$all" ] && [ "$own" != "$all" ] && [ -e "$own" ]; then
        rm -f "$own" || fail "a second copy is in your folder, and it cannot be removed: $own"
        say "Removed the second copy, which Wireshark did not use: $own"
    fi
    # Who runs this with sudo may have a copy of his own.
    if [ -n "${SUDO_USER-}" ] && [ "$SUDO_USER" != root ]; then
        own=$(getent passwd "$SUDO_USER" | cut -d: -f6)/.local/lib/wireshark/plugins/$(release_of "$all")/epan/sipexplain.so
        [ ! -e "$own" ] || say "$SUDO_USER has a second copy, which Wireshark does not use. Remove it:  rm $own"
    fi
}

# The number of the folder above epan.
release_of() { basename "$(dirname "$(dirname "$1")")"; }

configuration() {
    if [ "$(id -u)" -eq 0 ] || [ "$(id -g)" -eq 0 ]; then
        folder 'Global configuration'
    else
        folder 'Personal configuration'
    fi
}

uninstall_profiles() {
    uninstall_profile 'SIP Explain' plugin/profile/*
    uninstall_profile 'SIP Explain triage' plugin/triage/* plugin/profile/dfilter_* plugin/profile/dmacros
}

# uninstall_profile NAME FILE...: what was changed by hand stays, and is named.
uninstall_profile() {
    local profile file left
    profile=$(configuration)/profiles/$1
    shift
    [ -d "$profile" ] || return 0
    for file; do
        if cmp -s "$file" "$profile/${file##*/}" || [ "${file##*/}" = recent ]; then
            rm -f "$profile/${file##*/}" || fail "cannot remove $profile/${file##*/}"
        fi
    done
    rm -f "$profile/recent"    # Wireshark writes it whenever it ends
    if rmdir "$profile" 2>/dev/null; then
        say "Removed $profile"
    else
        left=$(find "$profile" -mindepth 1 -printf '%f ')
        say "Kept what was changed by hand in $profile: $left"
        say "Remove it as well, or its colours and buttons ask for a plugin that is not there:  rm -r '$profile'"
    fi
}

uninstall() {
    local own all plugin
    command -v tshark >/dev/null || fail "there is no tshark, which says where the plugin is"
    own=$(folder 'Personal Plugins')/epan/sipexplain.so
    all=$(folder 'Global Plugins')/epan/sipexplain.so
    for plugin in "$own" "$all"; do
        if [ -e "$plugin" ] && [ -w "${plugin%/*}" ]; then
            rm -f "$plugin"
            say "Removed $plugin"
        fi
    done
    uninstall_profiles
    if [ -e "$all" ]; then
        say "Another copy is installed for all users: $all" "Remove it:  sudo cmake/try.sh --uninstall"
        exit 1
    fi
    ! tshark -G plugins 2>/dev/null | grep -F sipexplain.so || fail "tshark still loads the copy above"
    say "tshark loads no sipexplain any more."
}

case ${1-} in
'') ;;
--help | -h) usage; exit ;;
--uninstall) uninstall; exit ;;
*) usage >&2; exit 2 ;;
esac

# For the same users as the plugin. Wireshark offers it at the bottom right of its window.
install_profile() {
    local config said
    config=$(configuration)
    said=$(sh cmake/install-profile.sh --into "$config" 2>&1) ||
        fail "cannot install the profile in $config/profiles" "$said"
    say "$said"
}

# A plugin serves one minor release of Wireshark; its number is the folder above epan.
same_release() {
    local headers tshark
    headers=$(release_of "$1")
    tshark=$(release_of "$2")
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
explain "The code that got no repair, and the call that is stuck:" \
        -Y '(sipexplain.flow_failed || sipexplain.trying_timeout) && frame.number < 29' \
        -T fields -e frame.number -e sipexplain
explain "The call that got 430:" -Y 'sipexplain.code == 430' -O sipexplain
explain "The call that got 100 Trying and nothing more:" -Y 'frame.number == 28' -O sipexplain

title "Done"
tool wireshark >/dev/null ||
    say "Wireshark's window is not installed (Debian, Ubuntu: sudo apt-get install wireshark); tshark is."
say "In Wireshark: open $demo, select a SIP message, and see SIP Explain at the end of its details;"
say "Analyze > Expert Information lists every verdict; the profile SIP Explain (bottom right) brings columns,"
say "colours and filter buttons. README.md has the filters. cmake/try.sh --uninstall takes all of it away."
