/* site_stacks.c
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "glue/compat.h"

#include "core/base/config.h"
#include "glue/settings/site_stacks.h"

/* A row, and what it says in the core's terms. */
struct row {
    char *stack;
    char *agent;
    unsigned situation;
    unsigned code;
    unsigned over;
    unsigned low;
    unsigned high;
    char *says;
    const char *agents[2];
    uint16_t codes[2], overs[2];
    struct sx_stack_texts texts;
    struct sx_stack_fact fact;
};

static struct row *rows;
static unsigned row_count;

/* What the core is given: made from the rows when they change. */
static struct sx_stack *stacks;
static size_t stack_count;

/* The names of plugin/catalogue/FORMAT.md. */
static const value_string situation_vals[] = {
    {SX_SITUATION_UNANSWERED, "unanswered"},
    {SX_SITUATION_GAVE_UP, "gave-up"},
    {SX_SITUATION_GAVE_UP_AFTER_REQUEST, "gave-up-after-request"},
    {SX_SITUATION_CANCELLED_UNANSWERED, "cancelled-unanswered"},
    {SX_SITUATION_CONNECTION_GONE, "connection-gone"},
    {SX_SITUATION_FORK, "fork"},
    {SX_SITUATION_TOLD_OTHERWISE, "told-otherwise"},
    {SX_SITUATION_RANG, "rang"},
    {SX_SITUATION_FINAL, "final"},
    {SX_SITUATION_NO_PRACK, "no-prack"},
    {SX_SITUATION_FAILURE_NO_ACK, "failure-no-ack"},
    {SX_SITUATION_CROSSING_BYE, "crossing-bye"},
    {SX_SITUATION_GLARE, "glare"},
    {SX_SITUATION_OLD_CSEQ, "old-cseq"},
    {SX_SITUATION_NO_ACK, "no-ack"},
    {SX_SITUATION_SESSION_OVER, "session-over"},
    {SX_SITUATION_DIALOG_REFUSED, "dialog-refused"},
    {SX_SITUATION_REFRESH_UNANSWERED, "refresh-unanswered"},
    {SX_SITUATION_HOP_ENDS_CALL, "hop-ends-call"},
    {SX_SITUATION_GLARE_RETRY, "glare-retry"},
    {SX_SITUATION_REFRESH, "refresh"},
    {SX_SITUATION_CANCEL_WITH_TRYING, "cancel-with-trying"},
    {SX_SITUATION_ANSWERED_ELSEWHERE, "answered-elsewhere"},
    {SX_SITUATION_HUNG_UP, "hung-up"},
    {SX_SITUATION_REGISTERS_AGAIN, "registers-again"},
    {SX_SITUATION_NEVER_REGISTERS, "never-registers"},
    {SX_SITUATION_RECONNECTS, "reconnects"},
    {0, NULL},
};

UAT_CSTRING_CB_DEF(rows, stack, struct row)
UAT_CSTRING_CB_DEF(rows, agent, struct row)
UAT_VS_DEF(rows, situation, struct row, unsigned, SX_SITUATION_FINAL, "final")
UAT_DEC_CB_DEF(rows, code, struct row)
UAT_DEC_CB_DEF(rows, over, struct row)
UAT_DEC_CB_DEF(rows, low, struct row)
UAT_DEC_CB_DEF(rows, high, struct row)
UAT_CSTRING_CB_DEF(rows, says, struct row)

/* Wireshark gives NULL for what was never typed. */
static char *text_of(const char *text)
{
    return g_strdup(text ? text : "");
}

static void *copy_row(void *to, const void *from, size_t size G_GNUC_UNUSED)
{
    const struct row *old = from;
    struct row *row = to;

    *row = (struct row){
        .stack = text_of(old->stack),
        .agent = text_of(old->agent),
        .situation = old->situation,
        .code = old->code,
        .over = old->over,
        .low = old->low,
        .high = old->high,
        .says = text_of(old->says),
    };
    return row;
}

static void free_row(void *data)
{
    struct row *row = data;

    g_free(row->stack);
    g_free(row->agent);
    g_free(row->says);
}

static bool is_line(const char *text)
{
    if (!*text || !g_utf8_validate(text, -1, NULL))
        return false;
    for (; *text; text = g_utf8_next_char(text))
        if (g_unichar_iscntrl(g_utf8_get_char(text)))
            return false;
    return true;
}

static bool is_code(unsigned code)
{
    return code == 0 || (code >= 100 && code <= 699);
}

/* NULL if nothing is wrong. */
static const char *why_wrong(const struct row *row)
{
    if (!is_line(row->stack) || !is_line(row->agent) || !is_line(row->says))
        return "software, User-Agent and what it says are each one line of UTF-8";
    if (row->situation >= SX_SITUATIONS)
        return "the situation is none of the list";
    if (!is_code(row->code) || !is_code(row->over))
        return "a SIP status code is 100 to 699, or 0 for any";
    if (row->high && row->high < row->low)
        return "the most is less than the least";
    return NULL;
}

static ws_bool check_row(void *data, char **error)
{
    const struct row *row = data;
    const char *wrong = why_wrong(row);

    *error = wrong ? g_strdup_printf("%s: %s", row->stack, wrong) : NULL;
    return wrong == NULL;
}

/* Milliseconds, or per mille of a session's interval. */
static int64_t number_of(const struct row *row, unsigned value)
{
    bool part = row->situation == SX_SITUATION_REFRESH ||
                row->situation == SX_SITUATION_SESSION_OVER;

    return part ? value : value * SX_NS_PER_MS;
}

static struct sx_stack stack_of(struct row *row)
{
    row->agents[0] = row->agent;
    row->codes[0] = (uint16_t)row->code;
    row->overs[0] = (uint16_t)row->over;
    row->texts = (struct sx_stack_texts){.says = row->says, .text = row->says};
    row->fact = (struct sx_stack_fact){
        .situation = (uint8_t)row->situation,
        .codes = row->code ? row->codes : NULL,
        .over = row->over ? row->overs : NULL,
        .low = number_of(row, row->low),
        .high = number_of(row, row->high),
        .id = "site",
        .texts = &row->texts,
        .of_site = true,
        .versions = "",
    };
    return (struct sx_stack){.name = row->stack,
                             .agents = row->agents,
                             .facts = &row->fact,
                             .fact_count = 1};
}

/* Wireshark adds the rows of a file before it has them checked. */
static void rows_changed(void)
{
    stacks = g_renew(struct sx_stack, stacks, row_count);
    stack_count = 0;
    for (unsigned i = 0; i < row_count; i++)
        if (!why_wrong(&rows[i]))
            stacks[stack_count++] = stack_of(&rows[i]);
}

static void rows_gone(void)
{
    g_free(stacks);
    stacks = NULL;
    stack_count = 0;
}

const struct sx_stack *sx_site_stacks(size_t *count)
{
    *count = stack_count;
    return stacks;
}

void sx_site_stacks_register(module_t *module)
{
    static uat_field_t fields[] = {
        UAT_FLD_CSTRING(rows, stack, "Software", "What it is called, such as MyPBX"),
        UAT_FLD_CSTRING(
            rows, agent, "User-Agent",
            "What its User-Agent or Server begins with; upper and lower case are alike"),
        UAT_FLD_VS(rows, situation, "Situation", situation_vals,
                   "What the fact is about, as plugin/catalogue/FORMAT.md lists them"),
        UAT_FLD_DEC(rows, code, "Code", "Status code, 100 to 699; 0: any"),
        UAT_FLD_DEC(rows, over, "Other code", "That it was chosen over, or made from; 0: any"),
        UAT_FLD_DEC(
            rows, low, "Least (ms)",
            "The least time that fits, in milliseconds; of a session's refresh, per mille of "
            "the interval"),
        UAT_FLD_DEC(rows, high, "Most (ms)", "The greatest that fits; 0: no limit"),
        UAT_FLD_CSTRING(rows, says, "Says", "What the verdict says of it, in few words"),
        UAT_END_FIELDS};
    uat_t *table = uat_new("SIP Explain stacks", sizeof(struct row), "sipexplain_stacks", TRUE,
                           &rows, &row_count, UAT_AFFECTS_DISSECTION, NULL, copy_row, check_row,
                           free_row, rows_changed, rows_gone, fields);

    prefs_register_uat_preference(
        module, "stacks", "Software of your own",
        "What software at your site does that the plugin does not know, or does there by another "
        "configuration: how it calls itself, in which situation, after what time, and what the "
        "verdict says of it where all of that fits.",
        table);
}
