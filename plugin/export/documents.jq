# SPDX-License-Identifier: GPL-2.0-or-later
# Makes a bulk request for Elasticsearch or OpenSearch of what tshark prints:
#
#     tshark -2 -r FILE -Y sipexplain -T ek | jq -c --arg probe NAME -f plugin/elastic/documents.jq
#
# tshark's own lines name a document type, which newer servers refuse, and name one key more than once
# in the layers of other protocols, which they refuse as well. So each document holds our layer, and
# what says whose call it is. sipexplain is a list where a frame holds several SIP messages.

def one: if type == "array" then .[0] else . end;
def all(key): [.. | objects | .[key] // empty | if type == "array" then .[] else . end] | unique;

if .index then {index: {}}
else {
    timestamp,
    probe: $probe,
    layers: {
        frame: {number: .layers.frame.frame_frame_number},
        ip: {src: ((.layers.ip // .layers.ipv6) | one | .ip_ip_src // .ipv6_ipv6_src),
             dst: ((.layers.ip // .layers.ipv6) | one | .ip_ip_dst // .ipv6_ipv6_dst)},
        sip: (.layers.sip | {call_id: all("sip_sip_Call-ID"), method: all("sip_sip_CSeq_method")}),
        sipexplain: .layers.sipexplain
    }
}
end
