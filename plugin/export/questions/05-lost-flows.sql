-- SPDX-License-Identifier: GPL-2.0-or-later
-- 430 and lost flows per edge
-- Picture: stacked bars, one for each edge proxy, a colour for each outcome. Lost: nothing put it right. An edge that sends
-- two final responses to one request, as Kamailio may, has failed once.
-- Panel: barchart
SELECT server AS edge, outcome, count() AS failed_flows, countIf(first_code = 430) AS of_430, countIf(is_lost) AS lost,
    uniqExactIf(user, user != '') AS users, (sumMap([death], [1]) AS deaths).1[indexOf(deaths.2, arrayMax(deaths.2))] AS usual_death
FROM (
    SELECT argMin(server, (frame, message)) AS server, argMin(flow_outcome, (frame, message)) AS outcome,
        argMin(code, (frame, message)) AS first_code, max(has(verdict_names, 'flow_lost')) AS is_lost,
        argMin(flow_aor, (frame, message)) AS user,
        argMin(ifNull(toString(flow_death), ''), (frame, message)) AS death
    FROM sip_messages FINAL
    WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'response'
        AND isNotNull(flow_outcome) AND isNull(retransmission_of) AND isNull(duplicate_of)
    GROUP BY probe, capture, transaction)
GROUP BY edge, outcome
ORDER BY edge, outcome
