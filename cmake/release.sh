#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Makes the source release of what is committed: build/release/sipexplain-VERSION.tar.gz, with the generated catalogue
# inside, so that building from it needs no Python. The version is in plugin/version.txt and nowhere else; CHANGELOG.md
# must have its section. Tags and publishes nothing. The same commit gives the same archive.
#
# The steps of a version:
#   1. plugin/version.txt: the number. CHANGELOG.md: "## [Unreleased]" becomes "## [1.2.3] - 2030-01-31". Commit.
#   2. As root cmake/test.sh, cmake/test.sh --nightly and tests/releases/measure.py: all pass.
#   3. cmake/release.sh: build/release/sipexplain-1.2.3.tar.gz and its sum.
#   4. git tag -s v1.2.3 -m 'sipexplain 1.2.3', then cmake/release.sh again: the archive is the same.
#   5. git push origin main v1.2.3: the workflow tests the tag and keeps the archive.
#   6. The next commit begins a new "## [Unreleased]" in CHANGELOG.md.
set -eu
cd "$(dirname "$0")/.."

fail() {
    printf '%s\n' "$@" >&2
    exit 1
}

version=$(cat plugin/version.txt)
name=sipexplain-$version
out=build/release
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "plugin/version.txt: '$version' is not like 1.2.3"

# Only what is committed can be built again.
[ -z "$(git status --porcelain)" ] || fail "there are changes that are not committed:" "$(git status --short)"
tagged=$(git tag --list "v$version")
[ -z "$tagged" ] || [ "$(git rev-parse "v$version^{commit}")" = "$(git rev-parse HEAD)" ] ||
    fail "v$version is tagged at another commit: set the next version in plugin/version.txt"

[ -f CHANGELOG.md ] || fail "there is no CHANGELOG.md"
# A section is "## 1.2.3" or "## [1.2.3] - 2030-01-31" with text before the next one.
section=$(awk -v version="$version" '
    /^## / { gsub(/[][]/, "", $2); inside = $2 == version; next }
    inside && NF' CHANGELOG.md)
[ -n "$section" ] || fail "CHANGELOG.md has no section '## $version', or nothing in it"
! grep -Fi -e "## [$version] - unreleased" -e "## $version - unreleased" CHANGELOG.md ||
    fail "CHANGELOG.md calls this version unreleased: put the date there"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git archive HEAD | tar -x -C "$work"
python3 -B "$work/plugin/catalogue/generate.py" --output "$work/catalogue_data.c" --words "$work/catalogue_words.h"
mkdir -p "$out"
git archive --format=tar --prefix="$name/plugin/catalogue/" --add-file="$work/catalogue_data.c" \
    --add-file="$work/catalogue_words.h" --prefix="$name/" HEAD | gzip -9n >"$work/$name.tar.gz"

# What nobody has built is no release. What is there already, to the byte, has been built.
if ! cmp -s "$work/$name.tar.gz" "$out/$name.tar.gz"; then
    mkdir "$work/unpacked"
    tar -xzf "$work/$name.tar.gz" -C "$work/unpacked"
    if ! { cmake -S "$work/unpacked/$name" -B "$work/build" -G Ninja -DSX_WERROR=ON -DSX_TESTS=OFF \
                 -DCMAKE_DISABLE_FIND_PACKAGE_Python3=ON && cmake --build "$work/build"; } >"$work/log" 2>&1
    then
        tail -n 30 "$work/log" >&2
        fail "the archive does not build without Python"
    fi
fi
mv "$work/$name.tar.gz" "$out/"
(cd "$out" && sha256sum "$name.tar.gz" | tee "$name.tar.gz.sha256")
printf '%s\n\n%s\n' "CHANGELOG.md says of $version:" "$section"
