# SPDX-License-Identifier: GPL-2.0-or-later
"""Statistics > Flow Graph > "SIP Explain" in the window."""

from reading import assert_shown

SIZE = (1600, 940)
FLAGGED = "FFCCCC"


def test_the_flow_graph(desktop, demo, pictures):
    window = desktop.open(demo, 1)
    try:
        desktop.choose(window, "Statistics", "Flow Graph")
        graph = desktop.wait_for("Flow")
        desktop.resize(graph, 0, 0, *SIZE)
        desktop.click_on(f"{SIZE[0]}x60+0+{SIZE[1] - 90}", "All Flows")
        desktop.type("SIP")
        desktop.xdotool("key", "Return")
        desktop.settle()
        said = desktop.picture(graph, pictures / "flow-graph.png")
        assert_shown(said, ["the flow registered here failed in frame 23", "28 item"])
        assert desktop.look(graph).colours()[FLAGGED] > 1000
    finally:
        desktop.close()
