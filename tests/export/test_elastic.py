# SPDX-License-Identifier: GPL-2.0-or-later
"""Documents for Elasticsearch and OpenSearch: they fit the mapping, and hold what the trees show. No server is asked."""

import json
from collections import Counter

import pytest
from engine import EXPORT
from loading import LADDERS, jq

NAMES = ("demo", "trying-slow", "trying-cancelled", "trying-open-at-end", "no-response-to-invite", "auth-challenge",
         "reason-header", "warning-header", "retry-after", "missing-www-authenticate", "phrase-differs",
         "tcp-pipelined-and-split", "flow-failed-after-fin")
each_ladder = pytest.mark.parametrize("path", [LADDERS / f"{name}.md" for name in NAMES], ids=NAMES)

# Before 4.6 tshark calls a duration a date; mapping.jq puts that right.
SANE = {"FT_UINT8": "short", "FT_UINT16": "integer", "FT_UINT32": "long", "FT_FRAMENUM": "long",
        "FT_BOOLEAN": "boolean", "FT_RELATIVE_TIME": "date"}
READS = {"short": int, "integer": int, "long": int, "double": float,
         "boolean": {True: 1, False: 0}.__getitem__}


@pytest.fixture(scope="module")
def mapping(wireshark):
    args = ["-G", "elastic-mapping", "--elastic-mapping-filter", "sipexplain"]
    return json.loads(wireshark.run("tshark", args))


def test_mapping_has_our_numbers(wireshark, mapping):
    sane = dict(SANE, FT_RELATIVE_TIME="double") if wireshark.release >= (4, 6) else SANE
    expected = {elastic_name(name): {"type": sane[kind]} for name, kind in wireshark.all_types.items()
                if kind not in ("FT_STRING", "FT_NONE")}
    assert our_properties(mapping) == expected


def test_refined_mapping_takes_durations_and_texts(wireshark, mapping):
    refined = json.loads(jq(json.dumps(mapping), "-f", EXPORT / "mapping.jq"))
    properties = our_properties(refined)
    assert {value["type"] for value in properties.values()} <= set(READS)
    for name, kind in wireshark.types.items():
        if kind == "FT_RELATIVE_TIME":
            assert properties[elastic_name(name)]["type"] == "double"
    assert our_layer(refined)["dynamic"] is True
    texts = refined["mappings"]["dynamic_templates"][0]["texts"]
    assert texts["match_mapping_type"] == "string" and texts["mapping"]["type"] == "keyword"


@each_ladder
def test_documents_fit_the_mapping(wireshark, capture, mapping, path):
    properties = our_properties(json.loads(jq(json.dumps(mapping), "-f", EXPORT / "mapping.jq")))
    lines = bulk(wireshark, capture(path))
    actions, documents = lines[::2], lines[1::2]
    assert all(action == {"index": {}} for action in actions)
    frames = wireshark.everything(capture(path), "two")
    seen = [int(document["layers"]["frame"]["number"]) for document in documents]
    assert seen == [number for number, frame in enumerate(frames, 1) if frame]
    for number, document in zip(seen, documents):
        assert document["probe"] == "north" and document["timestamp"].isdigit()
        shown = [(key, value) for part in trees(document) for key, several in part.items() if key in properties
                 for value in (several if isinstance(several, list) else [several])]
        for key, value in shown:
            READS[properties[key]["type"]](value)
        names = {elastic_name(name): name for name, kind in wireshark.types.items() if kind != "FT_NONE"}
        ours = {(names[key], wireshark.value(names[key], str(value))) for key, value in shown if key in names}
        assert ours <= {item for tree in frames[number - 1] for item in tree[1:]}


@each_ladder
def test_documents_have_each_verdict(wireshark, capture, path):
    """tshark names _ws_expert twice in one object; a reader of JSON keeps the last."""
    want = Counter((number, text) for number, frame in enumerate(wireshark.experts(capture(path), "two"), 1)
                   for _, _, text in frame)
    have = Counter((int(document["layers"]["frame"]["number"]), expert["_ws_expert__ws_expert_message"])
                   for document in bulk(wireshark, capture(path))[1::2] for tree in trees(document)
                   for expert in tree.get("_ws_expert", []))
    assert have == want


def bulk(wireshark, file):
    text = wireshark.tshark(["-2", "-Y", "sipexplain", "-T", "ek"], file)
    made = jq(text, "-n", "-R", "-c", "--arg", "probe", "north", "-f", EXPORT / "documents.jq")
    return [json.loads(line, object_pairs_hook=no_key_twice) for line in made.splitlines()]


def no_key_twice(pairs):
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def trees(document):
    layer = document["layers"]["sipexplain"]
    return layer if isinstance(layer, list) else [layer]


def elastic_name(name):
    return "sipexplain_" + name.replace(".", "_")


def our_layer(mapping):
    return mapping["mappings"]["properties"]["layers"]["properties"]["sipexplain"]


def our_properties(mapping):
    return our_layer(mapping)["properties"]
