-- SPDX-License-Identifier: GPL-2.0-or-later
-- Top codes
-- Picture: a table, the most frequent code on top: how often on any hop, repeats apart, how many are failures, and the
-- time to it. As tshark's sipexplain,codes.
-- Panel: table
SELECT code, min(phrase) AS phrase, countIf(isNull(retransmission_of)) AS responses,
    countIf(isNotNull(retransmission_of)) AS repeats, countIf(isNull(retransmission_of) AND failure) AS failures,
    minIf(time, isNull(retransmission_of)) AS shortest, avgIf(time, isNull(retransmission_of)) AS average,
    maxIf(time, isNull(retransmission_of)) AS longest,
    arraySort(groupUniqArrayIf(toString(method), isNull(retransmission_of))) AS methods
FROM sip_messages FINAL
WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)} AND kind = 'response'
    AND isNull(duplicate_of)
GROUP BY code
ORDER BY responses DESC, code
