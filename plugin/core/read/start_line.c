/* start_line.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "core/read/start_line.h"

/* A request line may hold a URI of any length; one that is longer hides its own start. */
#define MAX_REQUEST_LINE 65536

/* ---- start lines ---- */

/* How long the method is that ends before the Request-URI. Bytes of a binary header before it can
 * look like letters, so what the SIP dissector read goes first, then the known methods. It tells of
 * the last message in a segment only: an ACK there does not make one of a PRACK before it. */
static size_t method_length(struct sx_slice before, bool at_boundary, const char *name)
{
    size_t run = 0, n = name ? strlen(name) : 0;
    bool told = n > 0 && n <= before.n && memcmp(before.p + before.n - n, name, n) == 0;

    if (told && (n == before.n || !g_ascii_isupper(before.p[before.n - n - 1])))
        return n;
    while (run < before.n && sx_is_token(before.p[before.n - 1 - run]))
        run++;
    size_t known = sx_method_suffix(sx_slice(before.p + before.n - run, run));
    if (told && n >= known)
        return n;
    if (at_boundary && run == before.n)
        return run;
    return known ? known : run;
}

/* True if nothing but the name of a known method stands before the only blank before the version:
 * how nearly all requests begin. */
static bool is_plain_request(struct sx_slice bytes, size_t from, size_t hit)
{
    size_t n = 0;

    while (from + n < hit && bytes.p[from + n] >= 'A' && bytes.p[from + n] <= 'Z')
        n++;
    if (n == 0 || from + n + 2 >= hit || bytes.p[from + n] != ' ' ||
        sx_method_of(sx_slice(bytes.p + from, n)) == SX_METHOD_OTHER)
        return false;
    struct sx_slice uri = sx_slice(bytes.p + from + n + 1, hit - 1 - (from + n + 1));
    return !memchr(uri.p, ' ', uri.n) && !memchr(uri.p, '\n', uri.n);
}

bool sx_request_line_start(struct sx_slice bytes, size_t from, size_t hit, bool at_boundary,
                           const char *method, size_t *start)
{
    size_t end = hit + 7, uri = hit - 1;
    size_t lowest = hit - from > MAX_REQUEST_LINE ? hit - MAX_REQUEST_LINE : from;

    if (hit < from + 4 || bytes.p[hit - 1] != ' ' ||
        (end < bytes.n && bytes.p[end] != '\r' && bytes.p[end] != '\n'))
        return false;
    if (at_boundary && hit - from <= MAX_REQUEST_LINE && is_plain_request(bytes, from, hit)) {
        *start = from;
        return true;
    }
    while (uri > lowest && ((uint8_t)bytes.p[uri - 1] > ' ' ||
                            (bytes.p[uri - 1] != ' ' && bytes.p[uri - 1] != '\n')))
        uri--;
    if (uri <= lowest || bytes.p[uri - 1] != ' ' || uri == hit - 1)
        return false;
    struct sx_slice before = sx_slice(bytes.p + lowest, uri - 1 - lowest);
    size_t length = method_length(before, at_boundary && lowest == from, method);
    *start = uri - 1 - length;
    return length > 0 && (*start > lowest || lowest == from);
}

bool sx_start_line_may_begin(struct sx_slice bytes)
{
    size_t method = 0;

    if (bytes.n > 0 && memcmp(bytes.p, "SIP/2.0 ", MIN(bytes.n, 8)) == 0)
        return true;
    while (method < bytes.n && sx_is_token(bytes.p[method]))
        method++;
    if (method == 0 || !g_ascii_isupper(bytes.p[0]))
        return false;
    for (size_t i = method; i < bytes.n; i++)
        if ((uint8_t)bytes.p[i] < ' ' || (i == method && bytes.p[i] != ' '))
            return false;
    return true;
}

/* ---- what a dissector took ---- */

bool sx_verdict_begins(const struct sx_verdict *verdict, const struct sx_sip_msg *msg)
{
    if (msg->is_request)
        return verdict->method && sx_slice_is(msg->method_name, verdict->method);
    return !verdict->method && verdict->code == msg->code;
}

/* As far as both are plain text: a dissector writes other bytes in its own way. */
static bool is_same_text(struct sx_slice bytes, const char *text)
{
    if (strncmp(bytes.p, text, bytes.n) == 0)
        return true;
    for (size_t i = 0; i < bytes.n; i++) {
        uint8_t a = (uint8_t)bytes.p[i], b = (uint8_t)text[i];
        if (a < ' ' || a > '~' || b == '\0' || b > '~')
            return true;
        if (a != b)
            return false;
    }
    return true;
}

/* What the bytes end before counts as the same. */
static bool is_verdict_of(const struct sx_verdict *v, const struct sx_piece *piece)
{
    const struct sx_sip_msg *msg = &piece->msg;

    if (!sx_verdict_begins(v, msg))
        return false;
    if (msg->call_id.p ? !v->call_id || !is_same_text(msg->call_id, v->call_id)
                       : piece->complete && v->call_id)
        return false;
    return msg->has_cseq ? msg->cseq == v->cseq : !piece->complete || v->cseq == 0;
}

/* Where a header field is there twice, a dissector may have read the other one: then a piece that
 * begins alike is as good. */
static void find_last(const struct sx_piece *pieces, size_t count, struct sx_verdict *v)
{
    v->last = v->last_alike = 0;
    for (size_t i = count; i > 0 && v->last == 0; i--) {
        const struct sx_piece *p = &pieces[i - 1];
        if (!p->complete || !sx_verdict_begins(v, &p->msg))
            continue;
        if (is_verdict_of(v, p))
            v->last = i;
        else if (v->last_alike == 0)
            v->last_alike = i;
    }
}

/* True if the piece was taken though it is not complete. The verdict of a complete one is not taken
 * for that of another which looks alike, as far as it goes, and still waits for its rest. */
static bool is_taken_as_it_is(const struct sx_piece *piece, const struct sx_verdict *verdicts,
                              size_t verdict_count, bool cut)
{
    bool is_known = piece->msg.call_id.p && piece->msg.has_cseq;

    for (size_t i = 0; i < verdict_count; i++) {
        const struct sx_verdict *v = &verdicts[i];
        if (cut ? sx_verdict_begins(v, &piece->msg)
                : v->last == 0 && (is_known || v->last_alike == 0) && is_verdict_of(v, piece))
            return true;
    }
    return false;
}

static bool are_complete(const struct sx_piece *pieces, size_t count)
{
    while (count > 0 && pieces[count - 1].complete)
        count--;
    return count == 0;
}

size_t sx_pieces_taken(struct sx_piece *pieces, size_t count, struct sx_verdict *verdicts,
                       size_t verdict_count, bool cut, bool all)
{
    size_t end = all ? count : 0, kept = 0;
    bool whole = are_complete(pieces, count);

    /* Where all are complete and the last one was taken, no other verdict says more. */
    for (size_t i = verdict_count; i > 0 && !(whole && end == count); i--) {
        struct sx_verdict *v = &verdicts[i - 1];
        find_last(pieces, count, v);
        end = MAX(end, v->last ? v->last : v->last_alike);
    }
    for (size_t i = 0; i < count; i++) {
        pieces[i].taken =
            pieces[i].complete ||
            is_taken_as_it_is(&pieces[i], verdicts, verdict_count, cut && i + 1 == count);
        if (pieces[i].taken && !pieces[i].complete)
            end = MAX(end, i + 1);
    }
    for (size_t i = 0; i < end; i++) {
        if (!pieces[i].taken)
            continue;
        if (kept != i)
            pieces[kept] = pieces[i];
        kept++;
    }
    return kept;
}
