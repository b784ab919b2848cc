-- SPDX-License-Identifier: GPL-2.0-or-later
-- What a user would write instead: a post-dissector that explains response codes and flags calls
-- that get nothing but 100 Trying.

local explained = Proto("sipnote", "SIP note")
local code_field = ProtoField.uint16("sipnote.code", "Status code")
local meaning_field = ProtoField.string("sipnote.meaning", "Meaning")
local stuck_field = ProtoField.double("sipnote.stuck", "Seconds after 100 Trying")
explained.fields = { code_field, meaning_field, stuck_field }

local method_of = Field.new("sip.Method")
local code_of = Field.new("sip.Status-Code")
local call_id_of = Field.new("sip.Call-ID")
local cseq_of = Field.new("sip.CSeq")
local branch_of = Field.new("sip.Via.branch")

local THRESHOLD = 32
local MEANINGS = {
    [100] = "The next hop has the request and works on it.",
    [180] = "The callee's phone rings.",
    [183] = "Something happens before the call is answered.",
    [200] = "The request succeeded.",
    [302] = "The callee is at another address for now.",
    [401] = "The server wants the user's credentials.",
    [404] = "The server knows no such user.",
    [407] = "The proxy wants the user's credentials.",
    [408] = "Nobody answered in time.",
    [430] = "The connection to the client failed.",
    [480] = "The callee cannot be reached now.",
    [486] = "The callee is busy.",
    [487] = "The caller gave up.",
    [503] = "The server cannot handle the request now.",
}

local waiting = {}  -- transaction -> time of its 100
local waited = {}   -- frame -> seconds

function explained.init()
    waiting, waited = {}, {}
end

local function transaction()
    local call_id, cseq, branch = call_id_of(), cseq_of(), branch_of()
    return call_id and cseq and branch and
        call_id.value .. " " .. cseq.value .. " " .. branch.value
end

local function follow(pinfo, code)
    local key = transaction()
    if not key then
        return
    end
    if code == 100 then
        waiting[key] = waiting[key] or pinfo.abs_ts
    elseif waiting[key] then
        local seconds = pinfo.abs_ts - waiting[key]
        if seconds >= THRESHOLD then
            waited[pinfo.number] = seconds
        end
        waiting[key] = nil
    end
end

function explained.dissector(tvb, pinfo, tree)
    local code = code_of()
    if not code then
        return
    end
    if not pinfo.visited then
        follow(pinfo, code.value)
    end
    local item = tree:add(explained, tvb())
    item:add(code_field, code.value)
    item:add(meaning_field, MEANINGS[code.value] or "See its RFC.")
    if waited[pinfo.number] then
        item:add(stuck_field, waited[pinfo.number])
        item:add_expert_info(PI_SEQUENCE, PI_WARN, "No response for too long after 100 Trying")
    end
end

register_postdissector(explained)
