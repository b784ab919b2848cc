-- SPDX-License-Identifier: GPL-2.0-or-later
-- What changed against yesterday
-- Picture: a table, the greatest change on top: codes and verdicts of each host in these hours, and in the same hours of
-- the day before. Whole hours.
-- Panel: table
SELECT what, server, today, yesterday, today - yesterday AS change
FROM (
    SELECT concat('code ', toString(code)) AS what, server,
        toInt64(uniqExactMergeIf(messages, hour >= toStartOfHour({since:DateTime64(9)}))) AS today,
        toInt64(uniqExactMergeIf(messages, hour < toStartOfHour({since:DateTime64(9)}))) AS yesterday
    FROM sip_hours
    WHERE code > 0 AND (hour >= toStartOfHour({since:DateTime64(9)}) AND hour < {until:DateTime64(9)}
        OR hour >= toStartOfHour({since:DateTime64(9)}) - INTERVAL 1 DAY
            AND hour < {until:DateTime64(9)} - INTERVAL 1 DAY)
    GROUP BY what, server
    UNION ALL
    SELECT name AS what, extract(dst, '^\\[?(.*?)\\]?:[0-9]+$') AS server,
        toInt64(countIf(timestamp >= toStartOfHour({since:DateTime64(9)}))) AS today,
        toInt64(countIf(timestamp < toStartOfHour({since:DateTime64(9)}))) AS yesterday
    FROM sip_verdicts FINAL
    WHERE timestamp >= toStartOfHour({since:DateTime64(9)}) AND timestamp < {until:DateTime64(9)}
        OR timestamp >= toStartOfHour({since:DateTime64(9)}) - INTERVAL 1 DAY
            AND timestamp < {until:DateTime64(9)} - INTERVAL 1 DAY
    GROUP BY what, server)
WHERE change != 0
ORDER BY abs(change) DESC, what, server
