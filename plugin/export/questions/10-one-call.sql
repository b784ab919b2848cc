-- SPDX-License-Identifier: GPL-2.0-or-later
-- One call across all probes
-- Picture: a ladder as a table, in the order of time: what each probe has of this Call-ID, and the verdict. The clocks of
-- the probes must agree for the order between them.
-- Panel: table
SELECT timestamp, probe, capture, frame, client, server, kind, method, code, verdict, verdict_names
FROM sip_messages FINAL
WHERE timestamp >= {since:DateTime64(9)} AND timestamp < {until:DateTime64(9)}
    AND (call_id = {call_id:String} OR has(expired_call_id, {call_id:String}))
ORDER BY timestamp, probe, frame, message
