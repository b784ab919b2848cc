-- SPDX-License-Identifier: GPL-2.0-or-later
-- Who cancels, and after how long
-- Picture: a histogram for each host that cancels. A peak at 30, 60 or 120 s is a time limit, not people. A CANCEL that
-- only passes on the one of the hop before does not count.
-- Panel: table
WITH
    invites AS (
        SELECT probe, capture, frame, timestamp, transaction, parent
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'request'
            AND method = 'INVITE'),
    rings AS (
        SELECT probe, capture, transaction, min(timestamp) AS rang
        FROM sip_messages FINAL
        WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND method = 'INVITE'
            AND code BETWEEN 101 AND 199
        GROUP BY probe, capture, transaction),
    gave_up AS (
        SELECT c.probe AS probe, c.capture AS capture, i.transaction AS transaction, min(i.parent) AS parent,
            argMin(c.client, c.timestamp) AS client, min(c.timestamp) AS cancelled, min(i.timestamp) AS began
        FROM (
            SELECT probe, capture, client, timestamp, assumeNotNull(cancels) AS invite_frame
            FROM sip_messages FINAL
            WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'request'
                AND method = 'CANCEL' AND isNotNull(cancels)) AS c
        INNER JOIN invites AS i ON c.probe = i.probe AND c.capture = i.capture AND c.invite_frame = i.frame
        GROUP BY probe, capture, transaction)
SELECT g.client AS who, if(r.rang > toDateTime64(0, 9) AND r.rang <= g.cancelled, 'ringing', 'nothing but 100') AS state,
    count() AS calls,
    quantileExact(0.5)(dateDiff('millisecond', g.began, g.cancelled)) / 1000 AS after_p50,
    quantileExact(0.95)(dateDiff('millisecond', g.began, g.cancelled)) / 1000 AS after_p95,
    max(dateDiff('millisecond', g.began, g.cancelled)) / 1000 AS longest
FROM gave_up AS g
LEFT JOIN rings AS r ON g.probe = r.probe AND g.capture = r.capture AND g.transaction = r.transaction
WHERE (g.probe, g.capture, ifNull(g.parent, 0)) NOT IN (SELECT probe, capture, assumeNotNull(transaction) FROM gave_up)
GROUP BY who, state
ORDER BY calls DESC, who, state
