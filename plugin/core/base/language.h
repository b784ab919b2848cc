/* language.h
 * The language that texts are shown in: one for the whole process, as Wireshark's own.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef SX_LANGUAGE_H
#define SX_LANGUAGE_H

/* The codes of all languages of the catalogue, such as "zh"; the first is English. Generated. */
extern const char *const sx_languages[];
extern const unsigned sx_languages_count;

/* Of each language its messages, by the numbers that core/say/words.h has. Generated. */
extern const char *const *const sx_language_words[];

#define SX_ENGLISH 0

/* An index in sx_languages. English until another one is set. */
unsigned sx_language(void);

/* English for what is no index. */
void sx_language_set(unsigned language);

/* The language of a locale or a code, such as "zh_CN.UTF-8" or "zh"; English if the catalogue does
 * not have it. NULL is English. */
unsigned sx_language_of(const char *locale);

/* The language that Wireshark's window has. settings: the text of its file "language"; lc_all,
 * lc_messages, lang: the variables of the environment, which count in this order if the settings
 * leave it to the system. Each may be NULL or empty. */
unsigned sx_language_auto(const char *settings, const char *lc_all, const char *lc_messages,
                          const char *lang);

#endif
