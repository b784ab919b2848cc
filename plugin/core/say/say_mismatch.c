/* say_mismatch.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/say/say_mismatch.h"

#include "core/say/words.h"

/* name: in all languages, for filters. few: as it is shown; SX_WORDS_COUNT: by its name. */
static const struct {
    unsigned bit;
    const char *name;
    unsigned words, few;
} differences[] = {
    {SX_DIFFERS_CALL_ID, "Call-ID", SX_TEXT_MISMATCH_CALL_ID, SX_WORDS_COUNT},
    {SX_DIFFERS_FROM_TAG, "From tag", SX_TEXT_MISMATCH_FROM_TAG, SX_WORDS_COUNT},
    {SX_DIFFERS_TO_TAG, "To tag", SX_TEXT_MISMATCH_TO_TAG, SX_WORDS_COUNT},
    {SX_DIFFERS_CSEQ_NUMBER, "CSeq number", SX_TEXT_MISMATCH_CSEQ_NUMBER,
     SX_TEXT_MISMATCH_FEW_CSEQ_NUMBER},
    {SX_DIFFERS_CSEQ_METHOD, "CSeq method", SX_TEXT_MISMATCH_CSEQ_METHOD,
     SX_TEXT_MISMATCH_FEW_CSEQ_METHOD},
    {SX_DIFFERS_VIA_BRANCH, "Via branch", SX_TEXT_MISMATCH_VIA_BRANCH,
     SX_TEXT_MISMATCH_FEW_VIA_BRANCH},
    {SX_DIFFERS_VIA_SENT_BY, "Via sent-by", SX_TEXT_MISMATCH_VIA_SENT_BY,
     SX_TEXT_MISMATCH_FEW_VIA_SENT_BY},
    {SX_DIFFERS_VIA_MISSING, "Via missing", SX_TEXT_MISMATCH_VIA_MISSING,
     SX_TEXT_MISMATCH_FEW_VIA_MISSING},
    {SX_DIFFERS_VIA_TOO_MANY, "Via too many", SX_TEXT_MISMATCH_VIA_TOO_MANY,
     SX_TEXT_MISMATCH_FEW_VIA_TOO_MANY},
};

const char *sx_differs_name(unsigned bit)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(differences); i++)
        if (differences[i].bit == bit)
            return differences[i].name;
    return NULL;
}

const char *sx_differs_shown(unsigned bit)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(differences); i++)
        if (differences[i].bit == bit && differences[i].few != SX_WORDS_COUNT)
            return sx_words_text(differences[i].few);
    return sx_differs_name(bit);
}

/* "no To tag and another CSeq number"; absent: tags. */
static wmem_strbuf_t *differences_of(const wmem_strbuf_t *out, unsigned differs, unsigned absent)
{
    wmem_strbuf_t *all = NULL;

    for (unsigned i = 0; i < G_N_ELEMENTS(differences); i++) {
        if (!(differs & differences[i].bit))
            continue;
        wmem_strbuf_t *one = sx_words_piece(out), *before = all;
        if (absent & differences[i].bit)
            sx_words_mismatch_no(one, differences[i].name);
        else
            wmem_strbuf_append(one, sx_words_text(differences[i].words));
        all = one;
        if (before) {
            all = sx_words_piece(out);
            sx_words_mismatch_and(all, before, one);
        }
    }
    return all;
}

/* What RFC 3261 17.1.3 compares. Not Call-IDs: some clients take such a response, some do not. */
#define COMPARED (SX_DIFFERS_CSEQ_METHOD | SX_DIFFERS_VIA_BRANCH | SX_DIFFERS_VIA_SENT_BY)

static const char *end_of(unsigned differs, bool dropped)
{
    if (differs & SX_DIFFERS_CALL_ID && !(differs & COMPARED))
        return sx_words_mismatch_other_call_id();
    return dropped ? sx_words_mismatch_must_drop() : sx_words_mismatch_ends_here();
}

/* The rule that a request breaks. */
static const char *rule_of(const struct sx_txn *txn, const struct sx_mismatch *m)
{
    if (txn->method == SX_METHOD_CANCEL)
        return "9.1";
    if (txn->method == SX_METHOD_ACK)
        return m->of_failure ? "17.1.1.3" : "13.2.2.4";
    return m->differs & SX_DIFFERS_CSEQ_NUMBER ? "12.2.1.1" : "12.2.2";
}

void sx_say_mismatch(wmem_strbuf_t *out, const struct sx_txn *txn, const struct sx_mismatch *m)
{
    bool of_vias = m->differs & (SX_DIFFERS_VIA_MISSING | SX_DIFFERS_VIA_TOO_MANY);
    bool response = m->dropped || of_vias;
    wmem_strbuf_t *what = differences_of(out, m->differs, response ? 0 : m->absent);

    if (m->dropped)
        sx_words_mismatch_dropped(out, m->frame, what, end_of(m->differs, true));
    else if (of_vias)
        sx_words_mismatch_not_as(out, m->frame, what, end_of(m->differs, false));
    else if (m->of_request)
        sx_words_mismatch_of_request(out, txn->request_frame, m->frame, what, rule_of(txn, m));
    else
        sx_words_mismatch_request(out, m->frame, what, rule_of(txn, m));
}

void sx_say_stray(wmem_strbuf_t *out, const struct sx_txn *stray)
{
    sx_words_mismatch_stray(out, stray->first_response_frame,
                            differences_of(out, sx_txn_rare(stray)->differs, 0),
                            end_of(sx_txn_rare(stray)->differs, true));
}
