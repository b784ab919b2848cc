#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Brings what tshark and the plugin say into ClickHouse, through a spool folder: what the server has not taken stays
# there, and is sent again. Nothing is lost, and nothing counts twice (schema.sql: a message that comes again replaces
# itself).
set -eu -o pipefail
umask 077       # who called whom is nobody else's business

usage() {
    cat <<'END'
ship.sh spool SPOOL FILE...     explains these captures, and puts the rows into the folder SPOOL
ship.sh folder SPOOL FOLDER     the same with each finished file of a folder that dumpcap -b fills, once
ship.sh live SPOOL INTERFACE    the same with live packets; each ten seconds become a file
ship.sh send SPOOL              sends the files of SPOOL; run it every few seconds or minutes

CLICKHOUSE      where the server is, with the database and whatever curl needs: http://user:password@host:8123/?database=sip
PROBE           the name of this probe; the machine's name otherwise
SX_TSHARK       options of tshark, -o sipexplain.trying_timeout_ms:10000 and so on
END
}

here=$(cd "$(dirname "$0")" && pwd)
probe=${PROBE:-$(uname -n)}
into='INSERT INTO sip_ek SETTINGS input_format_skip_unknown_fields = 0 FORMAT JSONEachRow'
away=75     # EX_TEMPFAIL
live=       # rows are written one at a time

fail() { printf 'ship.sh: %s\n' "$*" >&2; exit 1; }

# explain CAPTURE OPTION...: rows of what tshark reads with these options. 4: tshark could not read all of it
explain() {
    local capture=$1 codes
    shift
    # shellcheck disable=SC2086  # options are several words
    tshark "$@" ${SX_TSHARK-} -Y sipexplain -T ek -J 'frame sipexplain' |
        jq -n -R -c ${live:+--unbuffered} --arg probe "$probe" --arg capture "$capture" -f "$here/messages.jq"
    codes=("${PIPESTATUS[@]}")
    [ "${codes[1]}" -eq 0 ] || return 3
    [ "${codes[0]}" -eq 0 ] || return 4
}

# A file is whole once it has its name. Two captures of one name in two folders are two.
spool_file() {
    local name part code=0
    name=$(basename "$2")
    part=$1/$name-$(realpath "$2" | cksum | cut -d ' ' -f 1).part
    explain "$name" -2 -r "$2" > "$part" || code=$?
    if [ "$code" -eq 3 ] || { [ "$code" -ne 0 ] && [ ! -s "$part" ]; }; then
        rm -f "$part"
        printf 'ship.sh: cannot be read: %s\n' "$2" >&2
        return 1
    fi
    [ "$code" -eq 0 ] || printf 'ship.sh: not all of it could be read: %s\n' "$2" >&2
    mv "$part" "${part%.part}.json"
}

# dumpcap writes into the newest; it is left for the next time.
spool_folder() {
    local file
    find "$2" -maxdepth 1 -type f -name '*.pcap*' -printf '%T@ %p\n' | sort -n | sed '$d; s/^[^ ]* //' |
        while IFS= read -r file; do
            [ -e "$1/done/$(basename "$file")" ] && continue
            spool_file "$1" "$file" && : > "$1/done/$(basename "$file")"
        done
}

# A name says which ten seconds a file holds, so that send can tell when it is whole.
spool_live() {
    local -a awk=(awk)
    awk -W version 2>&1 </dev/null | grep -q '^mawk' && awk=(awk -W interactive)
    live=yes
    explain "$2" -l -i "$2" | "${awk[@]}" -v folder="$1" -v run="$$" '{
        slot = int(systime() / 10)
        file = folder "/live-" slot "-" run ".json"
        if (last != "" && file != last) close(last)
        last = file
        print > file
        fflush(file)
    }'
}

# Live files of the present ten seconds and those before may still grow.
still_written() {
    local slot
    case $1 in */live-*) ;; *) return 1 ;; esac
    slot=${1##*/live-}
    [ "${slot%%-*}" -ge $(($(date +%s) / 10 - 1)) ]
}

post() { curl -sS --fail-with-body --connect-timeout 10 --max-time 600 "$@"; }

# with_query QUERY: the server's address with this query
with_query() {
    local mark='?'
    case $CLICKHOUSE in *\?*) mark='&' ;; esac
    printf '%s%squery=%s' "$CLICKHOUSE" "$mark" "$(printf '%s' "$1" | jq -sRr @uri)"
}

# The last line is broken if the probe lost its power while it wrote.
send_file() {
    [ -z "$(tail -c 1 "$1")" ] || sed -i '$d' "$1"
    [ -s "$1" ] || return 0
    post "$(with_query "$into")" --data-binary "@$1"
}

send() {
    local file refused=0
    for file in "$1"/*.json; do
        [ -e "$file" ] || continue
        still_written "$file" && continue
        if send_file "$file"; then
            rm -f "$file"
        elif post "$(with_query 'SELECT 1')" > /dev/null; then
            printf 'ship.sh: refused, and kept: %s\n' "$file" >&2
            refused=1
        else
            printf 'ship.sh: the server is away; what is left in %s is sent the next time\n' "$1" >&2
            return $away
        fi
    done
    return $refused
}

[ $# -ge 2 ] || { usage >&2; exit 2; }
what=$1 spool=$2
shift 2
mkdir -p "$spool/done"
case $what in
    spool)
        code=0
        for file; do spool_file "$spool" "$file" || code=1; done
        exit $code
        ;;
    folder) [ $# -eq 1 ] || fail "folder SPOOL FOLDER"; spool_folder "$spool" "$1" ;;
    live) [ $# -eq 1 ] || fail "live SPOOL INTERFACE"; spool_live "$spool" "$1" ;;
    send)
        : "${CLICKHOUSE:?says where the server is}"
        exec 9> "$spool/lock"
        flock -n 9 || exit 0
        send "$spool"
        ;;
    *) usage >&2; exit 2 ;;
esac
