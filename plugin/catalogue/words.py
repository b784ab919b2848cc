# SPDX-License-Identifier: GPL-2.0-or-later
"""What the verdicts say: read words/*.txt of all languages, check them, write their C tables and functions.

FORMAT.md is the specification. A message is the same in all languages but for its words: a name, and
places that C fills. The English files say what may stand in a place; a translation puts the places
where its sentence needs them.
"""
import re

from texts import c_string, joined, read_lines

# What may stand in a place -> (its parameters in C, how they are packed); NAME is the place's.
TYPES = {
    "number": ("uint64_t NAME", ".kind = SX_WORD_NUMBER, .number = NAME"),
    "code": ("unsigned NAME", ".kind = SX_WORD_NUMBER, .number = NAME"),
    "frame": ("uint32_t NAME", ".kind = SX_WORD_FRAME, .number = NAME"),
    "time": ("int64_t NAME_ns", ".kind = SX_WORD_TIME, .ns = NAME_ns"),
    "timer": ("int64_t NAME_ns", ".kind = SX_WORD_TIMER, .ns = NAME_ns"),
    "text": ("const char *NAME", ".kind = SX_WORD_TEXT, .text = NAME"),
    "piece": ("wmem_strbuf_t *NAME", ".kind = SX_WORD_PIECE, .piece = NAME"),
    "host": ("const struct sx_host *NAME", ".kind = SX_WORD_HOST, .host = NAME"),
    "endpoint": ("const struct sx_host *NAME, unsigned NAME_port",
                 ".kind = SX_WORD_ENDPOINT, .port = (uint16_t)NAME_port, .host = NAME"),
}
COUNTED = ("number", "code")    # what may choose between forms
MOST_PLACES = 9

# In the C tables: bytes 1 to 9 are places; a choice is one of 17 to 25, the form for 1, OTHER, the other, END.
CHOICE, OTHER, END = 16, 10, 11

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\.txt")
MESSAGE = re.compile(r"([a-z][a-z0-9]*(?:-[a-z0-9]+)*): (.+)")
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(?::([a-z]+))?((?:\|[^{}|]*)*)\}")
LANGUAGE = re.compile(r"[a-z]{2}")
INDENT = "    "
RESERVED = set("auto break case char const continue default do double else enum extern float for goto if "
               "inline int long out register restrict return short signed sizeof static struct switch "
               "typedef union unsigned void volatile while words".split())


class Message:
    """One message in one language. parts: texts, and (place, forms); forms is None where the place is
    shown. types: of each place, in the order of the parameters; of a translation all are None."""
    def __init__(self, path, line, name, text):
        self.path, self.line, self.name, self.text = path, line, name, text
        self.parts, self.types, self.errors = [], {}, []

    @property
    def shown(self):
        return {part[0] for part in self.parts if isinstance(part, tuple) and part[1] is None}

    @property
    def identifier(self):
        return f"{self.path.stem}_{self.name}".replace("-", "_")


def read_text(message):
    """Takes the text apart; adds to its errors."""
    text, at = message.text, 0
    if text[:1] == text[-1:] == '"' and len(text) > 2:
        text = text[1:-1]
        if text == text.strip(" "):
            message.errors.append("quotes are for a text that begins or ends with a space; delete them")
    for match in PLACE.finditer(text):
        message.parts.append(text[at:match.start()])
        at = match.end()
        name, kind, forms = match[1], match[2], match[3].split("|")[1:] or None
        if forms and len(forms) != 2:
            message.errors.append(f"'{match[0]}' has not two forms; type '{{{name}|for 1|for others}}'")
        elif name in message.types and kind:
            message.errors.append(f"a second type for '{name}'; say it where the place comes first")
        message.types.setdefault(name, kind)
        message.parts.append((name, forms))
    message.parts.append(text[at:])
    for part in message.parts:
        if isinstance(part, str) and re.search(r"[{}`]", part):
            message.errors.append(f"'{part.strip()}' has a brace or backtick; a place is '{{name}}', or "
                                  "'{name|for 1|for others}'")


def english_errors(message):
    for name, kind in message.types.items():
        if kind not in TYPES:
            yield (f"'{kind}' is not a type" if kind else f"'{name}' has no type") + \
                f"; type '{{{name}:...}}' with one of: {', '.join(TYPES)}"
        if name in RESERVED:
            yield f"'{name}' is a word of C or of the functions; call the place otherwise"
    if len(message.types) > MOST_PLACES:
        yield f"{len(message.types)} places; make a message of its own of some, at most {MOST_PLACES}"
    yield from choice_errors(message, message.types)


def choice_errors(message, types):
    for part in message.parts:
        if isinstance(part, tuple) and part[1] and types.get(part[0]) in set(TYPES) - set(COUNTED):
            yield f"'{part[0]}' is no number, so it chooses no form"


def translation_errors(message, base):
    for name, kind in message.types.items():
        if name not in base.types:
            yield f"the English text has no place '{name}'; it has: {', '.join(base.types) or 'none'}"
        elif kind:
            yield f"'{{{name}:{kind}}}': the English text says the type; type '{{{name}}}'"
    for name in base.types:     # that of a place which is only counted may be left out
        if name in base.shown and name not in message.shown:
            yield f"the place '{name}' is missing; put '{{{name}}}' where it belongs"
    yield from choice_errors(message, base.types)
    words = "".join(part for part in base.parts if isinstance(part, str))
    if message.parts == base.parts and re.search("[a-z]{2}", words):
        yield "this is the English text; translate it"


def read_file(path, report):
    """The messages of a file, in its order: name -> Message."""
    messages, found = {}, []
    for number, line in enumerate(read_lines(path, report, has_indent=True) or [], 1):
        match = MESSAGE.fullmatch(line)
        if not line or line[:1] == "#":
            continue
        if line.startswith(INDENT) and found:
            found[-1].append(line.strip(" "))
        elif not match:
            report.error(path, number, f"'{line.strip()}' is not a message; type 'name: text', the name in "
                         "lower case with dashes; what goes on on a further line begins with 4 spaces")
        elif match[1] in messages:
            report.error(path, number, f"line {messages[match[1]].line} has this name; delete one")
        else:
            messages[match[1]] = Message(path, number, match[1], None)
            found.append([match[2]])
    for message, lines in zip(messages.values(), found):
        message.text = joined(lines)
        read_text(message)
    return messages


def check(messages, errors_of, report):
    for message in messages:
        for text in [*message.errors, *errors_of(message)]:
            report.error(message.path, message.line, f"{message.name}: {text}")


def read_english(folder, report):
    """File name -> its messages."""
    base, functions = {}, {}
    for path in sorted(folder.glob("*.txt")):
        if not NAME.fullmatch(path.name):
            report.error(path, 1, "not a name for words; take that of the file in C, lower case, without 'say_'")
            continue
        base[path.name] = read_file(path, report)
        check(base[path.name].values(), english_errors, report)
        for message in base[path.name].values():
            first = functions.setdefault(message.identifier, message)
            if first is not message:
                report.error(path, message.line, f"{message.name}: line {first.line} of {first.path.name} "
                             "makes the same function; call it otherwise")
    return base


def read_translation(folder, base, report):
    """The messages of another language, in the form of base."""
    translation = {}
    for name in sorted({path.name for path in folder.glob("*.txt")} - base.keys()):
        report.error(folder / name, 1, "there is no English file of this name; delete this one")
    for name, messages in base.items():
        path = folder / name
        own = read_file(path, report)
        for key in messages.keys() - own.keys() if path.exists() else ():
            report.error(path, 1, f"'{key}' is missing; translate line {messages[key].line} of the English file")
        for key in own.keys() - messages.keys():
            report.error(path, own[key].line, f"'{key}' is not in the English file; delete it")
        both = [own[key] for key in messages if key in own]
        check(both, lambda message, messages=messages: translation_errors(message, messages[message.name]), report)
        translation[name] = own
    return translation


def languages(folder):
    """The folders of translations, whose names are the codes of their languages."""
    return sorted(path for path in folder.iterdir() if path.is_dir() and LANGUAGE.fullmatch(path.name))


def read(folder, report):
    """A catalogue's words: language -> file -> name -> Message; English first."""
    base = read_english(folder / "words", report)
    return {"en": base, **{path.name: read_translation(path / "words", base, report)
                           for path in languages(folder)}}


# Writing

def in_order(base):
    """The English messages by their number in C: those without places first."""
    messages = [message for file in base.values() for message in file.values()]
    return sorted(messages, key=lambda message: bool(message.types))


def packed(message, places):
    """The text as the C tables have it."""
    text = ""
    for part in message.parts:
        if isinstance(part, str):
            text += part
            continue
        place = list(places).index(part[0]) + 1
        if part[1]:
            text += chr(CHOICE + place) + part[1][0] + chr(OTHER) + part[1][1] + chr(END)
        else:
            text += chr(place)
    return c_string(text)


def constant(message):
    return ("SX_MESSAGE_" if message.types else "SX_TEXT_") + message.identifier.upper()


def c_function(message):
    """The function that C calls for a message."""
    name = f"sx_words_{message.identifier}"
    if not message.types:
        return ["", f"static inline const char *{name}(void)", "{",
                f"    return sx_words_text({constant(message)});", "}"]
    parameters = [TYPES[kind][0].replace("NAME", place) for place, kind in message.types.items()]
    values = [TYPES[kind][1].replace("NAME", place) for place, kind in message.types.items()]
    return ["", f"static inline void {name}(wmem_strbuf_t *out, {', '.join(parameters)})", "{",
            "    const struct sx_word words[] = {", *(f"        {{ {value} }}," for value in values), "    };", "",
            f"    sx_words_put(out, {constant(message)}, words, {len(values)});", "}"]


def header(read_words):
    """The lines of the C header that core/say/words.h includes."""
    lines = ["/* Written by plugin/catalogue/generate.py from words/: change that.", " *",
             " * SPDX-License-Identifier: GPL-2.0-or-later", " */",
             "#ifndef SX_CATALOGUE_WORDS_H", "#define SX_CATALOGUE_WORDS_H", "", "enum {"]
    messages = in_order(read_words["en"])
    lines += [*(f"    {constant(message)}," for message in messages), "    SX_WORDS_COUNT", "};"]
    for message in messages:
        lines += c_function(message)
    return [*lines, "", "#endif", ""]


def generate(read_words):
    """The lines of C."""
    base, lines = in_order(read_words["en"]), []
    for language, files in read_words.items():
        own = {message.identifier: message for file in files.values() for message in file.values()}
        lines += [f"static const char *const words_{language}[] = {{",
                  *(f"    {packed(own[message.identifier], message.types)}," for message in base), "    NULL,", "};", ""]
    return [*lines, "const char *const *const sx_language_words[] = {",
            *(f"    words_{language}," for language in read_words), "};", "",
            "const char *const sx_languages[] = {", *(f"    {c_string(language)}," for language in read_words), "};",
            f"const unsigned sx_languages_count = {len(read_words)};"]
