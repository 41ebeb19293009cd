"""Names with their values inside a text: `name=value`, `name: value`, XML, CSV, a multipart form, a command line.

`find_named` says where the value of a secret name stands. It knows the forms in which people and programs write pairs,
not whole languages, because a secret is often quoted in the middle of something else.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from html import unescape
from urllib.parse import unquote

Span = tuple[int, int]
"""Start and end of a value in its text."""
Names = Container[str]

_BARE_END = (
    r"[;\s\"'<>`]|,(?=\s|[\w.-]+[=:]|$)|&(?:amp;)?(?=[\w.%\[\]-]*(?:=|$))|"
    r"\#(?=[\w.-]+=)|[)\]}](?=[\s.,;)\]}]|$)|\\[\"'nr]"
)
_BARE = rf"(?![|>][+-]?\d?[ \t]*(?:\n|$))(?:\[redacted(?:-[\w-]+)?\]|(?!{_BARE_END})[^\n])+"
_SCHEME = r"(?:(?:Bearer|Basic|Digest|Token|ApiKey|Negotiate)[ \t]+)?"
# `"password": "x"`, also within a string of JSON, in single quotes, with `=>`, and with a number as the value.
_QUOTED_NAME = re.compile(
    rf"""(?P<q>\\*["'])(?P<name>[^"'\\\n]{{1,64}})(?P=q)\s*(?::|=>|=)\s*
         (?:(?P=q){_SCHEME}(?P<value>.*?)(?<!\\)(?P=q)|(?P<bare>[^\s,}}\])"'\\]+))""",
    re.DOTALL | re.VERBOSE,
)
# `password=x`, `Password = "x"`, `token: x`, `-H 'Authorization: Bearer x'`.
_NAME = re.compile(
    rf"""(?<![\w.$-])(?P<name>[A-Za-z_$%][\w.$%\[\]-]{{0,63}}(?:[ ][A-Za-z]+(?==))?)
         [ \t]*(?P<sep>:=|=>|==?|:(?!//))[ \t]*
         (?:(?P<q>\\*["'])(?:{_SCHEME})(?P<value>(?:(?!(?P=q))[^\n])*)(?P=q)|{_SCHEME}(?P<bare>{_BARE}))""",
    re.VERBOSE | re.IGNORECASE,
)
# A header, or a line of YAML: the value is the rest of the line, spaces included.
_LINE = re.compile(
    rf"^[ \t]*(?:[-#>*|]+[ \t]+|export[ \t]+|set[ \t]+)?(?P<name>[A-Za-z_][\w. -]{{0,63}}?)[ \t]*[:=][ \t]+{_SCHEME}"
    r"(?P<value>[^\s\"'{\[|>&*][^\r\n]*?)[ \t]*(?:[ \t]#[^\n]*)?\r?$",
    re.MULTILINE | re.IGNORECASE,
)
_BLOCK = re.compile(
    r"^(?P<indent>[ \t]*)(?P<name>[\w.-]+):[ \t]*[|>][+-]?\d?[ \t]*\n"
    r"(?P<value>(?P=indent)[ \t]+[^\n]*(?:\n(?P=indent)[ \t]+[^\n]*)*)",
    re.MULTILINE,
)
_OPTION = re.compile(
    r"(?<!\S)--?(?P<name>[A-Za-z][\w-]+)(?:[ \t]+|=)(?:(?P<q>[\"'])(?P<value>.*?)(?P=q)|(?P<bare>[^\s\"'-]\S*))"
)
_PART = re.compile(r'name="(?P<name>[^"]+)"(?:\r?\n[^\r\n]+)*\r?\n\r?\n(?P<value>.+?)(?=\r?\n--|\Z)', re.DOTALL)
_PAIRS = (_QUOTED_NAME, _NAME, _LINE, _BLOCK, _OPTION, _PART)
_TAG = re.compile(r"<(?P<tag>[\w:.-]+)(?P<attributes>(?:\s[^<>]*?)?)(?P<closed>/?)>")
_ATTRIBUTE = re.compile(r"([\w:.-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_TEXT_NODE = re.compile(r"<!\[CDATA\[(?P<data>.*?)\]\]>|(?<=>)(?P<text>[^<]+)(?=<)", re.DOTALL)
_NEXT_STRING = re.compile(r"\s*</[\w:.-]+>\s*<[\w:.-]+>([^<]+)<")
_LABELS = frozenset(
    {"name", "key", "id", "property", "variable", "parameter", "field", "header", "http-equiv", "label"}
)
_CONTENTS = frozenset({"value", "val", "content", "default", "data"})
_NOTHING = re.compile(
    r"(?:true|false|null|none|nil|undefined|\*+|x+|\$\{[^}]*\}|\{\{.*\}\}|<[\w -]+>|%\w+%)?", re.IGNORECASE
)
# What follows a name and a colon in an error message: "password: must have 8 characters".
_PROSE = re.compile(
    r"(?:(?:an?|the|is|are|was|has|must|may|can(?:not)?|should|does|will|not?|none|expected|field|required|invalid|missing"
    r"|unknown|wrong|incorrect|expired|empty|malformed|bad|too|this|value|string|please|and|or|in|on|for|from|of|to|with"
    r"|at|minimum|maximum|already|denied"
    r"|unexpected|unsupported|unauthorized|forbidden|revoked|ensure|length|str|string|int|integer|number|object|array)"
    r"(?![\w-])[^=:]*)",
    re.IGNORECASE,
)
# In a line of a file too, where a passphrase can begin with any word.
_DEMAND = re.compile(r"(?:must|should|cannot) (?:be|have|contain|match|not|include|start|end) [^=:]*", re.IGNORECASE)


def find_named(text: str, names: Names) -> Iterator[Span]:
    """Where the values of secret names stand in a text; they can overlap."""
    one_line = "\n" not in text.strip()
    for pattern in _PAIRS:
        match = pattern.search(text)
        while match:
            start, end = match.span("value" if match["value"] is not None else "bare")
            value = text[start:end]
            if _name(match["name"]) not in names:
                end = start  # a pair can stand inside the value of another
            elif value.isdigit() and match["name"][-1] in "sS":
                pass  # so many tokens
            elif not _NOTHING.fullmatch(value) and not (
                _is_sentence(match, pattern, one_line) and _PROSE.fullmatch(value)
            ):
                yield start, end
            match = pattern.search(text, end)
    if "<" in text:
        yield from _in_markup(text, names)
    yield from _in_columns(text, names)


def _name(spelled: str) -> str:
    return unquote(spelled).strip()


def _is_sentence(match: re.Match[str], pattern: re.Pattern[str], one_line: bool) -> bool:
    """Whether a pair could be prose: "invalid token: expected a string", and no line of a file."""
    if pattern is _LINE:
        return one_line or bool(_DEMAND.fullmatch(match["value"]))
    return pattern is _OPTION or (pattern is _NAME and match["sep"] == ":" and match["q"] is None)


# ------------------------------------------------------------------ markup


def _in_markup(text: str, names: Names) -> Iterator[Span]:
    for tag in _TAG.finditer(text):
        attributes = {
            match[1].lower(): (unescape(match[match.lastindex or 2]), match.span(match.lastindex or 2))
            for match in _ATTRIBUTE.finditer(text, tag.start("attributes"), tag.end("attributes"))
        }
        labelled = any(name in _LABELS and value in names for name, (value, _) in attributes.items())
        for name, (value, span) in attributes.items():
            if value and (name in names or (labelled and name in _CONTENTS)):
                yield span
        if tag["closed"]:
            continue
        if labelled or tag["tag"].rpartition(":")[2] in names:
            end = text.find(f"</{tag['tag']}", tag.end())
            yield from _text_nodes(text, tag.end(), len(text) if end < 0 else end)
        elif tag["tag"].lower() == "key":  # a property list: <key>password</key><string>x</string>
            end = text.find("<", tag.end())
            if text[tag.end() : end] in names and (string := _NEXT_STRING.match(text, end)):
                yield string.span(1)


def _text_nodes(text: str, start: int, end: int) -> Iterator[Span]:
    for node in _TEXT_NODE.finditer(text, start - 1, min(end + 1, len(text))):
        group = "data" if node["data"] is not None else "text"
        if node[group].strip():
            yield node.span(group)


# ------------------------------------------------------------------ tables


def _in_columns(text: str, names: Names) -> Iterator[Span]:
    """The cells below a secret name in the first line of a table: CSV, with tabs, semicolons or bars."""
    header, newline, _ = text.partition("\n")
    delimiter = max(",;\t|", key=header.count)
    if not newline or delimiter not in header:
        return
    columns = [cell.strip().strip('"') for cell in header.strip().split(delimiter)]
    secret = {index for index, name in enumerate(columns) if name in names}
    if not secret or not all(re.fullmatch(r"[\w .\[\]-]*", name) for name in columns):
        return
    index, cells = 0, rf'(?P<cell>"(?:[^"]|"")*"|[^"\r\n{delimiter}]*)(?P<end>{re.escape(delimiter)}|\r?\n|\Z)'
    for match in re.finditer(cells, text[len(header) + 1 :]):
        quoted = match["cell"].startswith('"')
        if index in secret and match["cell"].strip('"'):
            start, end = (place + len(header) + 1 for place in match.span("cell"))
            yield (start + 1, end - 1) if quoted else (start, end)
        if match["end"] == delimiter:
            index += 1
        elif match["end"].endswith("\n"):
            index = 0
