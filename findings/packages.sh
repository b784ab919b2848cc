# SPDX-License-Identifier: GPL-2.0-or-later
#
# Read by the findings, not run. A finding shows what released software does by itself, without the plugin, on valid
# input; it fails if that changes. None runs in CI. They need Debian 12 with apt, dpkg and python3, and no root.
#
# unpack PACKAGE VERSION   puts a package of just this version, and all that it needs, into $root
# program NAME [ARG...]    runs a program of there
# serve NAME [ARG...]      likewise, in the background; it ends with the script

set -eu
work=$(mktemp -d)
root=$work/root
end()
{
    if test -n "${server:-}"; then
        kill "$server" 2> /dev/null || true
        sleep 2
        kill -9 "$server" 2> /dev/null || true
    fi
    rm -rf "$work"
}
trap end EXIT

unpack()
{
    mkdir -p "$work/debs" "$root"
    needed=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks \
                 --no-replaces --no-enhances "$1" | grep '^[a-z0-9]' | grep -v "^$1\$" | grep -v ':' | sort -u)
    # shellcheck disable=SC2086     # lists of names
    available=$(apt-cache show --no-all-versions $needed 2>/dev/null | sed -n 's/^Package: //p' | sort -u)
    # shellcheck disable=SC2086
    (cd "$work/debs" && apt-get -q -q download "$1=$2" $available 2>/dev/null)
    for deb in "$work"/debs/*.deb; do
        dpkg-deb -x "$deb" "$root"
    done
    libraries=$(find "$root" -name '*.so*' -path '*lib*' -printf '%h\n' | sort -u | tr '\n' ':')
    loader=$(find "$root/lib64" "$root/usr/lib64" -name 'ld-linux*' 2>/dev/null | head -n 1)
}

place()
{
    find "$root/usr/bin" "$root/usr/sbin" -name "$1" 2> /dev/null | head -n 1
}

program()
{
    name=$1
    shift
    "$loader" --library-path "$libraries" "$(place "$name")" "$@"
}

serve()
{
    name=$(place "$1")
    shift
    "$loader" --library-path "$libraries" "$name" "$@" &
    server=$!
}

# Compares what was seen with what is known.
same()
{
    printf 'seen:\n%s\n' "$1"
    test "$1" = "$2" || { printf 'known until now:\n%s\n' "$2"; exit 1; }
    echo 'as before'
}
