# SPDX-License-Identifier: GPL-2.0-or-later
"""What the readers of the catalogue's files share: lines, sentences, errors, and C literals."""
import re
import unicodedata

WIDTH = 100

CJK_MARKS = tuple("。、“”「」《》…")    # full-width, whatever Unicode calls them

MARKUP = re.compile(r"\*|__|~~|\]\(|<[A-Za-z/!]|^[-+>|] |^[0-9]+[.)] ", re.MULTILINE)


class Report(list):
    """The errors found so far."""
    def error(self, path, line, message):
        self.append((str(path), line, message))

    def __str__(self):
        return "".join(f"{path}:{line}:1: error: {text}\n" for path, line, text in sorted(self))


def list_of(value, otherwise=""):
    """The items of "[one, two]". otherwise: what else may be typed, for the error."""
    items = value[1:-1].split(", ")
    if value[:1] + value[-1:] != "[]" or "" in items or len(set(items)) < len(items):
        raise ValueError(f"'{value}' is not a list; type [one, two]{otherwise}")
    return items


def codes_of(items):
    """Status codes as numbers."""
    for item in items:
        if not re.fullmatch("[1-6][0-9]{2}", item):
            raise ValueError(f"'{item}' is not a code; type a number from 100 to 699")
    return [int(item) for item in items]


def width(text):
    """Columns: a wide character has two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def is_wide(text):
    """True for a text in Chinese, which has full-width punctuation."""
    return any(unicodedata.east_asian_width(char) == "W" for char in text)


def named(name, text):
    """What a name stands before."""
    return f"{name}：{text}" if is_wide(text) else f"{name}: {text}"


def first_sentence(text):
    """The text up to its first full stop, with it."""
    return re.match(r".*?(?:。|\.(?= )|$)", text)[0]


def line_errors(line, columns):
    """What is wrong with the characters of one line. columns: of which it has too many above 100; None:
    it may be as long as it is, and have tabs, as in a table."""
    for char in sorted(set(line)):
        category = unicodedata.category(char)
        if char == "\r":
            yield "carriage return; save the file with LF line ends"
        elif char == "\t" and columns is not None:
            yield "tab; type spaces"
        elif char not in "\t " and category in ("Cc", "Cf", "Co", "Zl", "Zp", "Zs"):
            yield f"invisible character U+{ord(char):04X}; delete it or type a plain space"
    if line != line.strip(" "):
        yield "space at the start or end of the line; delete it"
    if "  " in line.strip(" "):
        yield "double space; type one"
    if (columns or 0) > WIDTH:
        yield f"line of {columns} columns; break it at {WIDTH}"


def read_lines(path, report, is_table=False, has_indent=False):
    """The lines of a file, or None if it cannot be read. has_indent: four spaces may begin a line."""
    if not path.exists():
        report.error(path, 1, "missing; add the file")
        return None
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8").split("\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        report.error(path, line, "not UTF-8; save the file as UTF-8")
        return None
    if lines[-1]:
        report.error(path, len(lines), "no newline at the end of the file; add one")
        lines.append("")
    for number, line in enumerate(lines[:-1], 1):
        line, columns = line.removeprefix("    ") if has_indent else line, len(line) if has_indent else width(line)
        for message in line_errors(line, None if is_table else columns):
            report.error(path, number, message)
    return lines[:-1]


def joined(lines):
    """Lines of a paragraph as one. Chinese has no space where a line of it was broken, but between
    its own characters and others."""
    text = lines[0]
    for line in lines[1:]:
        ends = [unicodedata.east_asian_width(text[-1:] or " "), unicodedata.east_asian_width(line[:1] or " ")]
        no_space = "F" in ends or ends == ["W", "W"] or text[-1:] in CJK_MARKS or line[:1] in CJK_MARKS
        text += ("" if no_space else " ") + line
    return text


def prose_errors(paragraph, limit):
    """What is wrong with the lines of a section, without the blank lines around them."""
    size = len(joined(paragraph).encode())
    if not size:
        yield "nothing under this heading; write a sentence or delete it"
    elif "" in paragraph:
        yield "more than one paragraph; join them"
    if " ".join(paragraph).count("`") % 2:
        yield "a backtick without its partner; add it"
    elif MARKUP.search(re.sub("`[^`]*`", "code", "\n".join(paragraph))):
        yield ("Markdown other than backticks; write plain sentences, with names and filters "
               "in backticks")
    if size > limit:
        yield f"text of {size} bytes; shorten it to {limit}"


def c_string(text):
    """A C literal in ASCII, or NULL. Two bare question marks could begin a trigraph; backticks
    are for readers of the Markdown."""
    if text is None:
        return "NULL"
    text = text.replace("`", "")
    return '"' + "".join("\\" + chr(byte) if chr(byte) in '"\\?' else
                         chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
                         for byte in text.encode()) + '"'


def c_array(declaration, rows):
    return [f"static const {declaration}[] = {{", *(f"    {row}," for row in rows), "};"]


def c_rows(pairs):
    return [f"{{ {first}, {second} }}" for first, second in pairs]
