-- SPDX-License-Identifier: GPL-2.0-or-later
-- Registrations lost per edge and hour
-- Picture: lines, one for each edge: a restart or a broken NAT is a step in all of them. The edge is where the REGISTER
-- went to; for requests that missed a binding, who sent them. A connection that ends names only its users: their
-- registrations count at the edge where the capture shows them, if that is one edge only, otherwise at none ('').
-- Panel: table
SELECT toStartOfHour(timestamp) AS hour, edge, countIf(what = 'ended') AS connections_ended,
    countIf(what = 'refused') AS refused, countIf(what = 'late') AS late, countIf(what = 'not refreshed') AS not_refreshed,
    countIf(what = 'missed') AS requests_missed
FROM (
    SELECT timestamp, server AS edge,
        transform(name, ['registration_refused', 'registration_late', 'registration_not_refreshed'],
            ['refused', 'late', 'not refreshed'], '') AS what
    FROM (
        SELECT timestamp, server, arrayJoin(arrayDistinct(verdict_names)) AS name
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND method = 'REGISTER'
            AND isNull(retransmission_of) AND isNull(duplicate_of))
    WHERE what != ''
    UNION ALL
    SELECT timestamp, client AS edge, 'missed'
    FROM sip_messages FINAL
    WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'request'
        AND registration_state >= 2 AND isNull(retransmission_of) AND isNull(duplicate_of)
    UNION ALL
    SELECT ended.timestamp, if(length(edges.list) = 1, edges.list[1], ''), 'ended'
    FROM (
        SELECT probe, capture, timestamp, arrayJoin(flow_lost_here) AS aor
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)}) AS ended
    LEFT JOIN (
        SELECT probe, capture, `to` AS aor, groupUniqArray(server) AS list
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'request'
            AND method = 'REGISTER' AND isNull(parent)
        GROUP BY probe, capture, aor) AS edges USING (probe, capture, aor))
GROUP BY hour, edge
ORDER BY hour, edge
