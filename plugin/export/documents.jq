# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a bulk request for Elasticsearch or OpenSearch of what tshark prints:
#
#     tshark -2 -r FILE -Y sipexplain -T ek | jq -n -R -c --arg probe NAME -f plugin/export/documents.jq
#
# tshark's own lines name a document type, which newer servers refuse, and name one key more than once
# in an object, which they refuse as well. So each document holds our layer, and what says whose call it
# is. sipexplain is a list where a frame holds several SIP messages. Lines are read as text, so that each
# _ws_expert is kept.

def list: if type == "array" then . else [.] end;
def one: list | .[0];
def all(key): [.. | objects | .[key] // empty | list[]] | unique;

# A quote within a value is written \", so this key stands in none.
def numbered: . / "\"_ws_expert\":" | reduce range(1; length) as $i (.; .[$i] = "\"_ws_expert \($i)\":" + .[$i]) | add;
def experts: (keys_unsorted | map(select(startswith("_ws_expert ")))) as $keys |
    if $keys == [] then . else
        {_ws_expert: [.[$keys[]] | list[]]} + delpaths([$keys[] | [.]]) end;

inputs | if startswith("{\"index\"") then {index: {}}
else numbered | fromjson | {
    timestamp,
    probe: $probe,
    layers: {
        frame: {number: .layers.frame.frame_frame_number},
        ip: {src: ((.layers.ip // .layers.ipv6) | one | .ip_ip_src // .ipv6_ipv6_src),
             dst: ((.layers.ip // .layers.ipv6) | one | .ip_ip_dst // .ipv6_ipv6_dst)},
        sip: (.layers.sip | {call_id: all("sip_sip_Call-ID"), method: all("sip_sip_CSeq_method")}),
        sipexplain: (.layers.sipexplain | if type == "array" then map(experts) else experts end)
    }
}
end
