/* catalogue.h
 * What the catalogue knows of each SIP response code, Q.850 cause and warn-code.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The tables are written by plugin/catalogue/generate.py from the Markdown files beside it; they
 * are constant and live as long as the program. Every string is valid UTF-8 on a single line.
 * Numbers, names and phrases are the same in all languages; a struct ..._texts has what is not, and
 * of tables there is one for each language (core/base/language.h).
 */
#ifndef SX_CATALOGUE_H
#define SX_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Wireshark's severities, without Wireshark: the glue maps them. */
enum sx_severity { SX_CHAT, SX_NOTE, SX_WARN };

/* What a response means for the request it answers, so that "failure" can be told from a step of
 * normal work. */
enum sx_role {
    SX_ROLE_PROGRESS,  /* provisional */
    SX_ROLE_SUCCESS,   /* 2xx */
    SX_ROLE_REDIRECT,  /* a step if the client follows it */
    SX_ROLE_CHALLENGE, /* a step if the client answers with credentials */
    SX_ROLE_RETRY,     /* a step if the client repairs the request and sends it again */
    SX_ROLE_CANCELLED, /* the wanted end of a request that was cancelled */
    SX_ROLE_FAILURE    /* nothing puts it right within the protocol */
};

/* Advice for one method; method NULL: for every method that has no advice of its own. */
struct sx_advice {
    const char *method;
    const char *fix;
};

/* A header field the response must carry. */
struct sx_required {
    const char *method;       /* only in answers to this method; NULL: always */
    const char *const *names; /* any one of these is enough; ended by NULL */
};

/* What sets two codes apart. */
struct sx_contrast {
    uint16_t other;
    const char *text;
};

/* What is said of a code in one language. */
struct sx_code_texts {
    const char *meaning;
    const char *when;
    const struct sx_advice *fixes; /* ended by the entry with method NULL, which is always there */
    const struct sx_contrast *contrasts; /* ended by other 0; NULL: none */
    const char *summary; /* "430 Flow Failed", the name of the expert info; of a success or
                          * of progress with the first sentence of the meaning */
};

struct sx_code {
    uint16_t code;
    uint8_t severity;                   /* enum sx_severity */
    uint8_t role;                       /* enum sx_role */
    bool registered;                    /* in the IANA registry */
    const char *phrase;                 /* the registered reason phrase */
    const char *reference;              /* "RFC 5626 section 11.5" */
    const struct sx_required *required; /* ended by names NULL; NULL: none */
    const uint16_t *see;                /* related codes, ended by 0; NULL: none */
    const char *filter;                 /* "sipexplain.explain.430" */
    const struct sx_code_texts *texts;  /* of each language; see sx_catalogue_texts() */
};

/* A Q.850 cause or a SIP warn-code. */
struct sx_number_text {
    uint16_t number;
    const char *name;
    const char *meaning;
};

/* The generated tables, sorted by number; of causes and warn-codes one for each language. */
extern const struct sx_code sx_codes[];
extern const size_t sx_codes_count;
extern const struct sx_code sx_class_fallbacks[7]; /* [1] to [6]; code 0 */
extern const struct sx_number_text *const sx_q850_causes[];
extern const size_t sx_q850_causes_count;
extern const struct sx_number_text *const sx_warn_codes[];
extern const size_t sx_warn_codes_count;

/* The entry of exactly this code, or NULL if the catalogue has none. */
const struct sx_code *sx_catalogue_find(unsigned code);

/* The entry to explain this code with: its own, or for any other code from 100 to 699 the entry
 * of its class (RFC 3261 8.1.3.2: as x00, a provisional as 183). NULL outside 100 to 699. */
const struct sx_code *sx_catalogue_explain(unsigned code);

/* What is said of the code, in the language that is set. */
const struct sx_code_texts *sx_catalogue_texts(const struct sx_code *entry);

/* The fix text for a method, in the language that is set. The method need not end in NUL; NULL asks
 * for the general advice. */
const char *sx_catalogue_fix(const struct sx_code *entry, const char *method, size_t method_len);

/* The phrase of a class: "Client Failure" for 4. NULL outside 1 to 6. */
const char *sx_catalogue_class_name(unsigned status_class);

/* In the language that is set. NULL if the number is not in the table. */
const struct sx_number_text *sx_catalogue_q850(unsigned cause);
const struct sx_number_text *sx_catalogue_warning(unsigned warn_code);

#endif
