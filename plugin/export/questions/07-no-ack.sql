-- SPDX-License-Identifier: GPL-2.0-or-later
-- Calls without ACK
-- Picture: a table, the hop with the most on top: final responses to INVITE that nobody acknowledged, or only after they
-- were repeated, and why. A call that was answered so drops after 32 s.
-- Panel: table
WITH
    told AS (
        SELECT probe, capture, frame, min(state) AS state, max(cause) AS cause
        FROM (
            SELECT probe, capture, frame, toString(ack_state) AS state, ifNull(toString(ack_cause), '') AS cause
            FROM sip_messages FINAL
            WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND ack_state >= 2
            UNION ALL
            -- One pass: said on the packet that found it overdue
            SELECT probe, capture, arrayJoin(expired), '~overdue', ''
            FROM sip_messages FINAL
            WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)}
                AND has(verdict_names, 'no_ack'))
        GROUP BY probe, capture, frame),
    finals AS (
        SELECT probe, capture, frame, server, client, code, call_id
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND code >= 200
            AND method = 'INVITE' AND isNull(retransmission_of) AND isNull(duplicate_of))
SELECT server, client, if(intDiv(code, 100) = 2, 'answer', 'failure') AS response, trimLeft(told.state, '~') AS ack,
    told.cause AS why, count() AS responses, min(call_id) AS one_call_id
FROM finals
INNER JOIN told USING (probe, capture, frame)
GROUP BY server, client, response, ack, why
ORDER BY responses DESC, server, client, response, ack, why
