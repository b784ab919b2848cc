-- SPDX-License-Identifier: GPL-2.0-or-later
-- Failures per hop and hour, with the first cause
-- Picture: a table, worst hop on top; as bars, one for each hour, a colour for each hop. A failure counts where it was
-- first sent, or where the capture cannot tell; not at the hops that handed it on.
-- Panel: table
SELECT hour, client, server, sum(n) AS failures, argMax(code, (n, code, cause)) AS main_code,
    argMax(cause, (n, code, cause)) AS main_cause, max(n) AS of_main
FROM (
    SELECT hour, client, server, code, cause, uniqExactMerge(sip_hours.failures) AS n
    FROM sip_hours
    WHERE hour >= toStartOfHour({since:DateTime64(9)}) AND hour < {until:DateTime64(9)} AND NOT relayed
    GROUP BY hour, client, server, code, cause
    HAVING n > 0)
GROUP BY hour, client, server
ORDER BY failures DESC, hour, client, server
