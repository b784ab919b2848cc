# SPDX-License-Identifier: GPL-2.0-or-later
# Makes an index mapping for Elasticsearch or OpenSearch of what tshark prints:
#
#     tshark -G elastic-mapping --elastic-mapping-filter sipexplain | jq -f plugin/export/mapping.jq
#
# Before 4.6 tshark calls a duration a date, which refuses 0.007. All releases leave texts out.

.mappings.properties.layers.properties.sipexplain |= (
    .properties |= with_entries(if .value.type == "date" then .value.type = "double" else . end)
    | .dynamic = true)
| .mappings.properties.layers.properties += {
    frame: {properties: {number: {type: "long"}}},
    ip: {properties: {src: {type: "ip"}, dst: {type: "ip"}}},
    sip: {properties: {call_id: {type: "keyword"}, method: {type: "keyword"}}}}
| .mappings.properties.probe = {type: "keyword"}
| .mappings.dynamic_templates = [
    {texts: {match_mapping_type: "string", mapping: {type: "keyword", ignore_above: 8191}}}]
