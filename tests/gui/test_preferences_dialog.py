# SPDX-License-Identifier: GPL-2.0-or-later
"""The preferences in Wireshark's dialog: their help, the open capture judged again, the table "codes".

The tests follow one another in one window.
"""

import pytest

from reading import assert_shown, find, read

BESIDE_LIST = "700x260+150+0"
VALUES = 600                        # where their column is, in pixels from the left
WIDTH, HEIGHT = 1300, 800
LIST = f"240x{HEIGHT - 40}+0+0"     # while nothing is open in it
ROWS = (1200, 400)                  # the window of the table
ADD, REMOVE, ROWS_OK = (22, 346), (52, 346), (870, 376)


@pytest.fixture(scope="module")
def window(desktop, demo):
    window = desktop.open(demo, 1)
    yield window
    desktop.close()


def open_preferences(desktop, window):
    desktop.press(window, "ctrl+shift+p")
    dialog = desktop.wait_for("Preferences")
    desktop.resize(dialog, 0, 0, WIDTH, HEIGHT)
    desktop.xdotool("windowfocus", "--sync", dialog)
    desktop.click_on(LIST, "Protocols")
    desktop.press(dialog, "Right")
    desktop.type("SIP Ex")
    return dialog


def click_on_timeout(desktop, times=1):
    _, y = find(desktop.screen(), BESIDE_LIST, "Stuck after")
    desktop.click(VALUES, y, times=times)


def last_packets(desktop, window):
    desktop.press(window, "ctrl+End")
    return desktop.words(window)


def test_every_preference_is_there_with_help(desktop, window):
    dialog = open_preferences(desktop, window)
    before = desktop.screen()
    assert_shown(desktop.words(dialog), [
        "SIP Response Explanation", "Language", "As Wireshark", "Stuck after 100 Trying (ms)", "Slow after 100 Trying (ms)",
        "Recovery after 430 Flow Failed (ms)", "Append verdicts to the Info column",
        "Codes of your own"])
    desktop.point(*find(before, BESIDE_LIST, "Stuck after"))
    after = desktop.screen()
    tooltip = read(after.ppm(before.changed(after)))
    assert_shown(tooltip, ["sipexplain.trying_timeout_ms", "64*T1"])
    desktop.press(dialog, "Escape")


def test_a_change_judges_the_open_capture_again(desktop, window):
    before = last_packets(desktop, window)
    assert_shown(before, ["Stuck"])
    dialog = open_preferences(desktop, window)
    click_on_timeout(desktop, times=3)
    desktop.type("60000")
    desktop.press(dialog, "Return")
    after = last_packets(desktop, window)
    assert_shown(after, ["Open when the c"])
    assert "timedout" not in after.replace(" ", "").lower()


def open_codes(desktop):
    # Wireshark has moved what is beside the list.
    desktop.click_on(BESIDE_LIST, "Edit")
    table = desktop.wait_for("SIP Explain codes")
    desktop.resize(table, 0, 0, *ROWS)
    desktop.xdotool("windowfocus", "--sync", table)
    return table


def add_row(desktop, table, code, phrase):
    desktop.click(*ADD)
    desktop.type(code)
    desktop.press(table, "Tab", "Tab")
    desktop.type(phrase)
    desktop.press(table, "Return")


def test_a_row_of_ones_own(desktop, window):
    dialog = open_preferences(desktop, window)
    table = open_codes(desktop)
    add_row(desktop, table, "99", "Out of credit")
    assert_shown(desktop.words(table), ["a SIP status code is 100 to 699"])
    desktop.click(*ROWS_OK)
    assert desktop.wait_for("SIP Explain codes") == table, "OK must not take a refused row"
    desktop.click(*REMOVE)
    add_row(desktop, table, "480", "Out of credit")
    assert "100 to 699" not in desktop.words(table)
    desktop.click(*ROWS_OK)
    # Return is OK only where it does not press the button that was clicked last.
    click_on_timeout(desktop)
    desktop.press(dialog, "Return")
    desktop.press(window, "ctrl+g")
    desktop.type("25")
    desktop.press(window, "Return")
    assert_shown(desktop.words(window), ["SIP Explain: 480 Out of credit to INVITE"])
