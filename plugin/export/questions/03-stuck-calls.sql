-- SPDX-License-Identifier: GPL-2.0-or-later
-- Stuck calls per next hop
-- Picture: bars, the next hop with the most calls on top: those that got 100 Trying and then nothing until the
-- threshold. One that waits for another hop counts at both; the cause tells them apart.
-- Panel: barchart
WITH
    told AS (
        SELECT probe, capture, frame, min(txn) AS txn, max(wait) AS wait, max(cause) AS cause
        FROM (
            -- Said by the 100 itself, where what follows was known
            SELECT probe, capture, frame, transaction AS txn, ifNull(trying_wait, 0) AS wait,
                ifNull(toString(trying_cause), '') AS cause
            FROM sip_messages FINAL
            WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND code = 100
                AND trying_state = 3
            UNION ALL
            -- Said on the packet that came after the threshold
            SELECT probe, capture, expired[nth], expired_transaction[nth], expired_wait[nth],
                if(length(expired_cause) = length(expired), toString(expired_cause[nth]), '')
            FROM sip_messages FINAL
            ARRAY JOIN arrayEnumerate(expired) AS nth
            WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)}
            UNION ALL
            -- Said on the message that ended the wait
            SELECT probe, capture, arrayJoin(trying_ended), NULL, 0, ''
            FROM sip_messages FINAL
            WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)}
                AND has(verdict_names, 'trying_timeout'))
        GROUP BY probe, capture, frame),
    tryings AS (
        SELECT probe, capture, frame, transaction, server, client, call_id
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND code = 100
            AND isNull(retransmission_of) AND isNull(duplicate_of))
SELECT server AS next_hop, count() AS calls, max(told.wait) AS longest, uniqExact(client) AS clients,
    (sumMap([told.cause], [1]) AS causes).1[indexOf(causes.2, arrayMax(causes.2))] AS usual_cause,
    min(call_id) AS one_call_id
FROM tryings
INNER JOIN told USING (probe, capture, frame)
WHERE isNull(told.txn) OR told.txn = tryings.transaction
GROUP BY server
ORDER BY calls DESC, next_hop
