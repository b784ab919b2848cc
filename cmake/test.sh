#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs every test, or the steps that are named. The last line says how many passed and failed; the exit code is 0
# only if none failed. A test that is skipped counts as failed: nothing here may hide that a tool is missing.
set -eu
cd "$(dirname "$0")/.."
# shellcheck source=cmake/setup.sh
. cmake/setup.sh

# ---- what the tests need, and what there is to run: a new kind of test adds its lines here ----

want_to_test() {
    want_to_build
    # ASan and UBSan come with gcc.
    want python3-pytest module pytest
    want python3-pytest-xdist module xdist
    want python3-scapy module scapy
    want wireshark-common tool sharkd
    want shellcheck tool shellcheck
    # tests/structure
    want clang-format-14 tool clang-format-14
    want clang-tidy-14 tool clang-tidy-14
    # tests/e2e/test_live.py
    want sip-tester tool sipp
    want iproute2 tool ip
    # tests/e2e/test_everywhere.py
    want jq tool jq
    # tests/export and tests/workflow, with modules from npm
    want nodejs tool node
    want npm tool npm
    want curl tool curl
    # tests/fuzz
    want clang tool clang
    want libclang-rt-dev file '/usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.fuzzer-*.a'
    want valgrind tool valgrind
    want util-linux tool setarch
    # tests/bench, every row
    want sngrep tool sngrep
    # tests/gui
    want wireshark tool wireshark
    want xvfb tool Xvfb
    want xdotool tool xdotool
    # Not whatever is called convert: another program may stand before it.
    want imagemagick file '/usr/bin/convert'
    want fonts-dejavu-core file '/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf'
    want tesseract-ocr tool tesseract
    want tesseract-ocr-eng file '/usr/share/tesseract-ocr/*/tessdata/eng.traineddata'
    want tesseract-ocr-chi-sim file '/usr/share/tesseract-ocr/*/tessdata/chi_sim.traineddata'
    want fonts-wqy-microhei file '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc'
    # tests/releases
    if is_root; then
        want git tool git
        want mmdebstrap tool mmdebstrap
        want zstd tool zstd
    fi
}

# Each step is a command; it runs even if an earlier step has failed.
steps=(
    "unit dev"                  # C unit tests; warnings are errors
    "unit asan"                 # the same under the address and undefined behaviour sanitizers
    "python tests/structure"    # who includes whom; how texts and C files are written
    "python tests/catalogue"    # the texts against the registry
    "python tests/captures"     # the ladders' own reader
    "python tests/releases"     # what the tests with other releases do when one is not to be had
    "parallel tests/e2e"        # tshark, sharkd, a live capture, try.sh
    "windows tests/gui"         # Wireshark's windows, several at a time
    "modules tests/export"      # rows, tables and questions on ClickHouse's engine
    "modules tests/workflow"    # the workflow files
    "hostile tests/fuzz"        # libFuzzer over the core, mangled captures, valgrind
    "python tests/bench"        # what it costs, in instructions and bytes
)

# Clean Debian roots (tests/releases/README.md) can only be made by root.
steps_for_root=(
    "roots releases.py --but-host --brief"  # other Wireshark releases: what can differ there
    "roots in_tree.py --newest"             # inside Wireshark's own source; Wireshark's checkers
    "roots packages.py"                     # .deb, .rpm, .tar.gz
    "roots tarball.py"                      # the source release, without Python
)

# What takes long and seldom finds what the steps above do not: cmake/test.sh --nightly, some hours.
nightly_steps=(
    "long hostile tests/fuzz"   # more and longer fuzzing and mangling, captures of 10^6 transactions
    "long python tests/bench"   # every row of the benchmark
)
nightly_steps_for_root=(
    "roots releases.py"                     # everything in each Wireshark release
    "roots in_tree.py"                      # inside the source of each release
    "roots packages.py 4.0 4.4 4.6"         # packages for each release
    "roots measure.py --short 4.4 4.6"      # the benchmark's short form with the other releases
)

# ---- how a step is run and counted ----

# unit PRESET: build, then ctest
unit() {
    build "$1"
    ctest --preset "$1" --no-tests=error --output-junit "$report"
}

# hostile FOLDER: the same, with the fuzzers and with a sanitized plugin too
hostile() {
    build asan
    build fuzz
    SX_FUZZERS=$PWD/build/fuzz/fuzzers SX_ASAN_PLUGIN=$PWD/$(built_plugin asan) parallel "$1"
}

# python FOLDER [OPTION...]: pytest, with the plugin of the dev build, which a step alone has to make
python() {
    local plugin
    [ -z "$chosen" ] || build dev
    plugin=$(built_plugin dev)
    SX_PLUGIN=${plugin:+$PWD/$plugin} "$PYTHON" -m pytest -rfE --junitxml="$report" "$@"
}

# parallel FOLDER: the same with a process for each processor. tests/conftest.py says what stays together.
parallel() { python "$1" -n "$(nproc)" --dist loadgroup; }

# windows FOLDER: the same with twice as many, for most of the time they wait (each has a display of its own).
windows() { python "$1" -n "$((2 * $(nproc)))" --dist loadgroup; }

# long STEP: the same at length
long() { SX_LONG=1 "$@"; }

# modules FOLDER: the same with what FOLDER/package.json names, in a folder of its own.
modules() {
    local folder=$results/modules/$1
    mkdir -p "$folder"
    cp "$1/package.json" "$folder"
    npm install --prefix "$folder" --no-audit --no-fund --no-package-lock --ignore-scripts ||
        fail "npm could not install what $1 needs" "Is a registry there? Try it by hand: npm install in $1"
    SX_NODE_MODULES=$folder/node_modules parallel "$1"
}

# roots PROGRAM [OPTION...]
roots() {
    local program=$1
    shift
    "$PYTHON" -B "tests/releases/$program" "$@" --junitxml "$report"
}

is_root() { [ "$(id -u)" -eq 0 ]; }

# run STEP: its report is $report, its output goes to the terminal and to $results/output
run() {
    local code=0 began=$SECONDS
    report=$results/$((${#steps_run[@]} + 1)).xml
    title "$1"
    # shellcheck disable=SC2086  # a step is a command and its argument
    (set -e; $1) </dev/null 2>&1 | tee "$results/output"
    code=${PIPESTATUS[0]}
    steps_run+=("$code $report")
    closing+=("$1, $((SECONDS - began)) s: $(closing_line)")
}

# The runner's own words, or the last ones of what never got that far
closing_line() {
    grep -E '^[0-9]+% tests passed|^=.* in [0-9.]+s' "$results/output" | tail -n 1 | tr -d = |
        grep . || tail -n 1 "$results/output"
}

# A step that fails and reports no failure (it did not build, say) counts as one.
tally() {
    printf '%s\n' "${steps_run[@]}" | "$PYTHON" -c '
import pathlib, sys
from xml.etree import ElementTree

tests = failed = 0
for line in sys.stdin:
    code, report = line.split(maxsplit=1)
    report = pathlib.Path(report.strip())
    wrong = 0
    if report.is_file():
        root = ElementTree.parse(report).getroot()
        for suite in [root] if root.tag == "testsuite" else root.findall("testsuite"):
            bad = sum(int(suite.get(kind) or 0)
                      for kind in ("failures", "errors", "skipped", "disabled"))
            tests, wrong = tests + int(suite.get("tests")), wrong + bad
    if code != "0" and not wrong:
        tests, wrong = tests + 1, 1
    failed += wrong
print(f"{tests - failed} passed, {failed} failed")
'
}

# ---- what was asked for ----

usage() {
    cat <<'END'
cmake/test.sh           every step that this user can run; installs what is missing
cmake/test.sh --nightly what takes hours and seldom finds more
cmake/test.sh STEP...   these steps, each in quotes as --list has it: cmake/test.sh 'unit dev'
cmake/test.sh --list    the names of the steps, the nightly ones last
cmake/test.sh --help    this text

CONTRIBUTING.md says how to run one test.
END
}

list() {
    printf '%s\n' "${steps[@]}" "${steps_for_root[@]}" "${nightly_steps[@]}" "${nightly_steps_for_root[@]}"
}

# choose STEP...: they are run in the order in which they are named.
choose() {
    local step
    for step; do
        list | grep -qxF -- "$step" || fail "there is no step '$step'; --list names them"
    done
    steps=("$@")
    steps_for_root=()
    chosen=yes
}

nightly() {
    steps=("${nightly_steps[@]}")
    steps_for_root=("${nightly_steps_for_root[@]}")
    chosen=yes
}

# The roots' packages come while other steps run.
make_roots() {
    nice "$PYTHON" -B tests/releases/roots.py >"$results/roots" 2>&1 </dev/null &
    making=$!
}

end() {
    [ -z "$making" ] || kill "$making" 2>/dev/null || true
    rm -rf "$results"
}

chosen=
case ${1-} in
    -h | --help) usage; exit ;;
    -n | --nightly) nightly ;;
    -l | --list) list; exit ;;
    -*) usage >&2; exit 2 ;;
    ?*) choose "$@" ;;
esac

title "Packages"
want_to_test
install_missing
results=$(mktemp -d)
making=
trap end EXIT
steps_run=()
closing=()
if is_root; then
    steps+=("${steps_for_root[@]}")
    [ -n "$chosen" ] || make_roots
fi
set +e
for step in "${steps[@]}"; do
    run "$step"
done
set -e

title "Closing lines"
printf '%s\n' "${closing[@]}" "All of it, $SECONDS s"
is_root || [ ${#steps_for_root[@]} -eq 0 ] ||
    printf '%s: NOT RUN, only root can make clean roots\n' "${steps_for_root[@]}"
total=$(tally)
printf '\n%s\n' "$total"
[[ $total == *", 0 failed" && $total != "0 passed"* ]]
