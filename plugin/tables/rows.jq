# SPDX-License-Identifier: GPL-2.0-or-later
# Makes of a table that sharkd prints one JSON object for each row, with numbers as numbers and null for
# what is not there:
#
#     printf '%s\n' '{"jsonrpc":"2.0","id":1,"method":"load","params":{"file":"FILE"}}' \
#         '{"jsonrpc":"2.0","id":2,"method":"tap","params":{"tap0":"nstat:sipexplain,calls"}}' |
#         sharkd - | jq -c -f plugin/tables/rows.jq

def is_number($column):
    ($column | endswith(" s")) or
    ([$column] | inside(["Frame", "Final", "Attempts", "100 in", "Reg-id", "Made in", "Seen in", "Answer"]));

def cell($column):
    if type != "string" then .
    else sub("^ +"; "") | sub(" +$"; "")
        | if . == "" then null
          elif is_number($column) and test("^[0-9]+([.][0-9]+)?$") then tonumber
          else . end
    end;

.result.taps? // [] | .[] | select(.type == "nstat")
| [.fields[].c] as $columns
| .tables[].i[]
| . as $row
| reduce range($columns | length) as $i ({}; .[$columns[$i]] = ($row[$i] | cell($columns[$i])))
