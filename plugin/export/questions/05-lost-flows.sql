-- SPDX-License-Identifier: GPL-2.0-or-later
-- 430 and lost flows per edge
-- Picture: stacked bars, one for each edge proxy, a colour for each outcome. Lost: nothing put it right.
-- Panel: barchart
SELECT server AS edge, flow_outcome AS outcome, count() AS failed_flows, countIf(code = 430) AS of_430,
    countIf(has(verdict_names, 'flow_lost')) AS lost, uniqExactIf(flow_aor, flow_aor != '') AS users,
    anyHeavy(flow_death) AS usual_death
FROM sip_messages FINAL
WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'response'
    AND isNotNull(flow_outcome) AND isNull(retransmission_of) AND isNull(duplicate_of)
GROUP BY edge, outcome
ORDER BY edge, outcome
