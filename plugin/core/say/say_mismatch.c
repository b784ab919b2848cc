/* say_mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_mismatch.h"

#include "core/say/say.h"

static const struct {
    unsigned bit;
    const char *name;
    const char *words;
} differences[] = {
    {SX_DIFFERS_CALL_ID, "Call-ID", "another Call-ID"},
    {SX_DIFFERS_FROM_TAG, "From tag", "another From tag"},
    {SX_DIFFERS_TO_TAG, "To tag", "another To tag"},
    {SX_DIFFERS_CSEQ_NUMBER, "CSeq number", "another CSeq number"},
    {SX_DIFFERS_CSEQ_METHOD, "CSeq method", "another method in CSeq"},
    {SX_DIFFERS_VIA_BRANCH, "Via branch", "another branch in its Via"},
    {SX_DIFFERS_VIA_SENT_BY, "Via sent-by", "another sent-by in its Via"},
    {SX_DIFFERS_VIA_MISSING, "Via missing", "a Via too few"},
    {SX_DIFFERS_VIA_TOO_MANY, "Via too many", "a Via too many"},
};

const char *sx_differs_name(unsigned bit)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(differences); i++)
        if (differences[i].bit == bit)
            return differences[i].name;
    return NULL;
}

void sx_say_differences(wmem_strbuf_t *out, unsigned differs, unsigned absent)
{
    const char *before = "";

    for (unsigned i = 0; i < G_N_ELEMENTS(differences); i++) {
        if (!(differs & differences[i].bit))
            continue;
        if (absent & differences[i].bit)
            wmem_strbuf_append_printf(out, "%sno %s", before, differences[i].name);
        else
            wmem_strbuf_append_printf(out, "%s%s", before, differences[i].words);
        before = " and ";
    }
}

static void say_response(wmem_strbuf_t *out, const struct sx_mismatch *m)
{
    wmem_strbuf_append_printf(out, "%s the request in frame %u: ",
                              m->dropped ? "does not match" : "is not as", m->frame);
    sx_say_differences(out, m->differs, 0);
    wmem_strbuf_append(out, m->dropped ? "; the client must drop it (RFC 3261 17.1.3, 18.1.2)"
                                       : "; it cannot go on to the hops above (RFC 3261 8.2.6.2)");
}

/* The rule that a request breaks. */
static const char *rule_of(const struct sx_txn *txn, unsigned differs)
{
    if (txn->method == SX_METHOD_CANCEL)
        return "9.1";
    if (txn->method == SX_METHOD_ACK)
        return differs & (SX_DIFFERS_VIA_BRANCH | SX_DIFFERS_VIA_SENT_BY) ? "17.1.1.3" : "13.2.2.4";
    return differs & SX_DIFFERS_CSEQ_NUMBER ? "12.2.1.1" : "12.2.2";
}

void sx_say_mismatch(wmem_strbuf_t *out, const struct sx_txn *txn, const struct sx_mismatch *m)
{
    bool response = m->dropped || m->differs & (SX_DIFFERS_VIA_MISSING | SX_DIFFERS_VIA_TOO_MANY);

    if (response) {
        say_response(out, m);
        return;
    }
    if (m->of_request)
        wmem_strbuf_append_printf(out, "frame %u ", txn->request_frame);
    wmem_strbuf_append_printf(out, "does not match frame %u: ", m->frame);
    sx_say_differences(out, m->differs, m->absent);
    wmem_strbuf_append_printf(out, " (RFC 3261 %s)", rule_of(txn, m->differs));
}

void sx_say_stray(wmem_strbuf_t *out, const struct sx_txn *stray)
{
    wmem_strbuf_append_printf(out, "the response in frame %u is for it and does not match it: ",
                              stray->first_response_frame);
    sx_say_differences(out, stray->differs, 0);
    wmem_strbuf_append(out, "; the client must drop it (RFC 3261 17.1.3, 18.1.2)");
}
