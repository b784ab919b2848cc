# SPDX-License-Identifier: GPL-2.0-or-later
# Makes rows for ClickHouse's table sip_ek of what tshark prints:
#
#     tshark -2 -r FILE -Y sipexplain -T ek -J 'frame sipexplain' |
#         jq -n -R -c --arg probe NAME --arg capture FILE -f plugin/export/messages.jq
#
# A row is a SIP message, several of which a frame may hold, or another packet on which something is said.
# Its fields keep tshark's names; schema.sql gives them their own. Lines are read as text: tshark names
# _ws_expert more than once in an object, and each is to be kept.

def list: if type == "array" then . else [.] end;

# A quote within a value is written \", so this key stands in none.
def numbered: reduce range(1; length) as $i (.; .[$i] = "\"_ws_expert \($i)\":" + .[$i]) | add;

# tshark 4.0 writes bytes of its memory for the time of a broken clock, ends of lines among them; the number after it is
# right.
def whole: if endswith("}") then . else . + "?" + input | whole end;
def parsed: . as $text | try fromjson catch
    ($text / "\"frame_frame_time_epoch\":" | "{\"layers\":{\"frame\":{\"frame_frame_time_epoch\":" + .[1] | fromjson);

inputs | select(startswith("{\"timestamp\"")) | whole / "\"_ws_expert\":"
| [range(1; length) | "_ws_expert \(.)"] as $experts
| (if $experts == [] then .[0] else numbered end) | parsed
| .layers.frame as $frame | .layers.sipexplain | list
| range(length) as $before | .[$before]
| {probe: $probe, capture: $capture, frame: $frame.frame_frame_number, message: ($before + 1),
   frame_time: ($frame.frame_frame_time // "")[0:29], frame_epoch: $frame.frame_frame_time_epoch}
  + if $experts == [] then . else
        {experts: [.[$experts[]] // empty | list[]]} + delpaths([$experts[] | [.]]) end
