-- SPDX-License-Identifier: GPL-2.0-or-later
-- Answer seizure and session request delay per destination
-- Picture: a table, the destination with the most calls on top; the delays also as three lines. An attempt is an INVITE
-- that begins a call, at any hop, challenges and redirections left out (as RFC 6076 4.6 does with 3xx). The delay runs
-- from the INVITE to the first response after 100 that means success (RFC 6076 4.3.1).
-- Panel: table
SELECT server AS destination, count() AS attempts, countIf(intDiv(final, 100) = 2) AS answered,
    round(100 * answered / attempts, 2) AS answer_seizure_ratio,
    quantileExactIf(0.5)(delay, has_delay) AS delay_p50, quantileExactIf(0.95)(delay, has_delay) AS delay_p95,
    quantileExactIf(0.99)(delay, has_delay) AS delay_p99
FROM (
    SELECT probe, capture, transaction, anyIf(server, kind = 'request') AS server,
        argMinIf(code, (frame, message), code >= 200) AS final,
        argMinIf(failure, (frame, message), code >= 200) AS failed,
        argMinIf(code, (frame, message), code > 100) AS indication,
        argMinIf(time, (frame, message), code > 100) AS delay, isNotNull(delay) AND indication < 300 AS has_delay
    FROM sip_messages FINAL
    WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND method = 'INVITE'
        AND kind != 'packet' AND isNull(duplicate_of)
    GROUP BY probe, capture, transaction
    HAVING countIf(kind = 'request') > 0 AND countIf(kind = 'request' AND isNotNull(dialog)) = 0
        AND NOT ifNull(intDiv(final, 100) = 3, false) AND NOT ifNull(final IN (401, 407) AND NOT failed, false))
GROUP BY server
ORDER BY attempts DESC, destination
