# SPDX-License-Identifier: GPL-2.0-or-later
"""The statistics tables in the menu Telephony: the same rows as in sharkd, and so as in tshark."""

import csv

import pytest

from reading import assert_shown
from test_stats import TITLES, nstat, rows
from tshark import TABLES

WIDTH, HEIGHT = 1500, 420           # of the table's window
FILTER, APPLY = (700, HEIGHT - 54), (WIDTH - 50, HEIGHT - 54)
SAVE, CLOSE = (WIDTH - 143, HEIGHT - 24), (WIDTH - 50, HEIGHT - 24)
SAVE_WIDTH, SAVE_HEIGHT = 700, 420
SAVE_TYPE = (SAVE_WIDTH // 2, SAVE_HEIGHT - 22)


@pytest.fixture(scope="module")
def window(desktop, demo):
    window = desktop.open(demo, 1)
    yield window
    desktop.close()


def open_table(desktop, window, name):
    desktop.choose(window, "Telephony", TITLES[name])
    table = desktop.wait_for(TITLES[name])
    desktop.resize(table, 0, 0, WIDTH, HEIGHT)
    return table


def saved(desktop, table):
    """The rows, as Wireshark saves them."""
    file = desktop.wireshark.home / "saved.csv"
    file.unlink(missing_ok=True)
    desktop.xdotool("windowfocus", "--sync", table)
    desktop.click(*SAVE)
    dialog = desktop.wait_for("Save Statistics")
    desktop.resize(dialog, 0, 0, SAVE_WIDTH, SAVE_HEIGHT)
    desktop.xdotool("windowfocus", "--sync", dialog)
    desktop.click(*SAVE_TYPE)
    desktop.press(dialog, "Down", "Return", "alt+n")
    desktop.type(file.name)
    desktop.press(dialog, "Return")
    with file.open(encoding="utf-8", newline="") as lines:
        return [{name: cell.strip() for name, cell in row.items()} for row in csv.DictReader(lines)]


def of_sharkd(desktop, capture, name):
    tap = {"tap0": f"nstat:sipexplain,{name}"}
    answers = desktop.wireshark.ask([("load", {"file": str(capture)}), ("tap", tap)])
    return nstat(answers[1]["taps"][0])


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_menu(desktop, demo, window, name):
    table = open_table(desktop, window, name)
    found = saved(desktop, table)
    assert found == of_sharkd(desktop, demo, name)
    assert len(found) >= 1
    desktop.click(*CLOSE)


def test_what_a_table_looks_like(desktop, window, pictures):
    table = open_table(desktop, window, "calls")
    desktop.resize(table, 0, 0, 1300, 220)
    assert_shown(desktop.picture(table, pictures / "calls.png"), [
        "Verdict", "First cause", "answered", "430 Flow Failed", "stuck 45.0 s after 100"])
    desktop.resize(table, 0, 0, WIDTH, HEIGHT)
    desktop.click(*CLOSE)


def test_another_filter_and_back(desktop, demo, window):
    """Rows are counted anew, neither added up nor left from before."""
    table = open_table(desktop, window, "codes")
    desktop.click(*FILTER)
    desktop.type("sip.Status-Code == 200")
    desktop.click(*APPLY)
    only_200 = saved(desktop, table)
    assert only_200 == rows(desktop.wireshark, demo, "codes", "sip.Status-Code == 200")
    assert [row["Code"] for row in only_200] == ["200"]
    desktop.xdotool("windowfocus", "--sync", table)
    desktop.click(*FILTER)
    desktop.press(table, "ctrl+a", "BackSpace")
    desktop.click(*APPLY)
    assert saved(desktop, table) == of_sharkd(desktop, demo, "codes")
    desktop.click(*CLOSE)


def test_after_a_reload(desktop, demo, window):
    for _ in range(2):
        desktop.press(window, "ctrl+r")
        table = open_table(desktop, window, "calls")
        assert saved(desktop, table) == of_sharkd(desktop, demo, "calls")
        desktop.click(*CLOSE)
