"""The layout of a cassette's text: write an interaction, and read it back.

Each interaction is one chunk of the text. Chunks are found and read with string searches, not by a YAML parser, so a
cassette of 100,000 interactions loads in seconds. The text is valid YAML all the same. A text that differs from the
layout in any way is not read here.
"""

from __future__ import annotations

import base64
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from goldtape.canonical.cookies import apart
from goldtape.exchange.interaction import NO_ANSWER, UNANSWERED, Body, Interaction, Json, escaped

VERSION = 1
"""The version of vcrpy's cassette format."""

_HEAD = "interactions:\n- request:\n"
_NEXT = "\n- request:\n"
_TAIL = f"\nversion: {VERSION}\n"
_EMPTY = f"interactions: []{_TAIL}"
# vcrpy keeps a `metadata` mapping in a cassette, and plays the cassette whatever it holds.
_AFTERWARDS = re.compile(r"\nmetadata:\n  afterwards: ([1-9]\d*)\Z")
_RESPONSE = "\n  response:\n    body:\n      string: "
# The one header that stands once for each value, because its values cannot be joined by commas.
_SEVERAL = "set-cookie"
_BEFORE_A_NAME = re.compile("\n {6}(?!- )")
_REQUEST_INDENT, _RESPONSE_INDENT = " " * 6, " " * 8
# Beside request and response, vcrpy overlooks it; it plays the status and the phrase.
_UNANSWERED = "\n  answered: false"

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 /;=._+-]*(?<! )")
_PLAIN_URI = re.compile(r"https?://(?![^/?]*[\[\]])[!$-&(-\[\]-z|~]+(?<!:)")  # ASCII without " # ' \ { }
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# Characters that YAML 1.1 section 5.1 counts as unprintable, or as a line break inside a line.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


class RawRequest(NamedTuple):
    """A stored request, its body still as bytes; header names are lower case."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes | None


def join(chunks: Sequence[str], afterwards: int = 0) -> str:
    """The text of a cassette that holds these chunks, in order; the last `afterwards` of them are of the teardown."""
    metadata = f"\nmetadata:\n  afterwards: {afterwards}" if afterwards else ""
    return _HEAD + _NEXT.join(chunks) + metadata + _TAIL if chunks else _EMPTY


def split(text: str) -> tuple[list[str], int] | None:
    """The text of each interaction and the number of those of the teardown; None if the layout is not the writer's."""
    if text == _EMPTY:
        return [], 0
    if not text.startswith(_HEAD) or not text.endswith(_TAIL):
        return None
    last = _AFTERWARDS.search(text, max(0, len(text) - 100), len(text) - len(_TAIL))
    chunks = text[len(_HEAD) : last.start() if last else -len(_TAIL)].split(_NEXT)
    afterwards = int(last.group(1)) if last else 0
    return (chunks, afterwards) if afterwards <= len(chunks) and all(map(_LAYOUT.fullmatch, chunks)) else None


# The exact spellings of the writer, because in other YAML (single quotes, comments, several values of any header but
# one) the same lines can have another meaning. Possessive, so that a chunk in another layout is refused at once.
_WORDS = f"(?i:{'|'.join(sorted(_YAML_WORDS))})"
_WORD = rf"(?!{_WORDS}$){_PLAIN.pattern}"
_STRING = r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u[0-9a-f]{4})*+"'
_SCALAR = f"(?:{_PLAIN_URI.pattern}|{_WORD}|{_STRING})"
_NAME = rf"(?:(?!{_WORDS}:)[a-z][a-z0-9 /;=._+-]*+(?<! )|{_STRING})"
_HEADERS = rf"(?: \{{\}}|(?:\n {{6}}(?:{_SEVERAL}:(?:\n {{6}}- {_SCALAR})++|{_NAME}:\n {{6}}- {_SCALAR}))++)"


def _body(indent: str) -> str:
    line = r"[^\x00-\x08\n-\x1f]*+"
    block = rf"\|-?\n{indent}(?![ \t\n]){line}(?:\n{indent}{line})*+(?<!\n{indent})"
    return rf"(?:{block}|!!binary \|(?:\n{indent}[A-Za-z0-9+/=]++)++|{_STRING})"


_LAYOUT = re.compile(
    rf"    body: (?:null|{_body(_REQUEST_INDENT)})\n    headers:{_HEADERS}\n    method: {_SCALAR}"
    rf"\n    uri: (?:{_PLAIN_URI.pattern}|{_STRING}){_RESPONSE}(?:{_body(_RESPONSE_INDENT)}\n    headers:{_HEADERS}"
    rf"\n    status:\n      code: [1-9]\d\d\n      message: {_SCALAR}"
    rf'|""\n    headers: \{{\}}\n    status:\n      code: {UNANSWERED}'
    rf"\n      message: {NO_ANSWER.pattern}{_UNANSWERED})",
    re.MULTILINE,
)


def dump_one(one: Interaction) -> str:
    """The chunk of an interaction."""
    request, response = one.request, one.response
    sent = "null" if request.body is None else _dump_body(request.body, _REQUEST_INDENT)
    received = '""' if response.body is None else _dump_body(response.body, _RESPONSE_INDENT)
    return (
        f"    body: {sent}\n    headers:{_dump_headers(request.headers)}\n"
        f"    method: {_scalar(request.method)}\n    uri: {_scalar(request.uri)}"
        f"{_RESPONSE}{received}\n    headers:{_dump_headers(response.headers)}\n"
        f"    status:\n      code: {response.status}\n      message: {_scalar(response.reason)}"
        f"{'' if response.answered else _UNANSWERED}"
    )


def _dump_headers(headers: Mapping[str, str]) -> str:
    if not headers:
        return " {}"
    values = {name: apart(value) if name == _SEVERAL else [value] for name, value in headers.items()}
    lines = (
        f"\n      {_scalar(name)}:" + "".join(f"\n      - {_scalar(one)}" for one in values[name]) for name in values
    )
    return "".join(lines)


def _dump_body(body: Body, indent: str) -> str:
    if isinstance(body, bytes):
        encoded = textwrap.fill(base64.b64encode(body).decode(), 100, initial_indent=indent, subsequent_indent=indent)
        return f"!!binary |\n{encoded}"
    text = pretty(body.value) if isinstance(body, Json) else str(body)
    if text and not text[0].isspace() and not _UNPRINTABLE.search(text) and text.rstrip("\n") != "":
        if not text.endswith("\n"):
            return "|-\n" + _indented(text, indent)
        if not text.endswith("\n\n"):
            return "|\n" + _indented(text[:-1], indent)
    return _quoted(text)


def pretty(value: Any) -> str:
    """JSON with a fact a line, sorted keys, and escapes for the characters that YAML calls unprintable."""
    return _UNPRINTABLE.sub(escaped, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False))


def _indented(text: str, indent: str) -> str:
    return indent + text.replace("\n", f"\n{indent}")


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if plain or _PLAIN_URI.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """A double-quoted scalar that is a JSON string too, so it can be read without YAML."""
    return _UNPRINTABLE.sub(escaped, json.dumps(text, ensure_ascii=False))


def raw_request(chunk: str) -> RawRequest:
    """The request in a chunk."""
    end = chunk.index("\n    headers:")
    method = chunk.index("\n    method: ", end)
    uri = chunk.index("\n    uri: ", method)
    return RawRequest(
        method=_read_scalar(chunk[method + 13 : uri]),
        uri=_read_scalar(chunk[uri + 10 : chunk.index("\n", uri + 10)]),
        headers=_read_headers(chunk[end + 13 : method]),
        body=_read_stored_body(chunk[10:end], _REQUEST_INDENT),
    )


def raw_response(chunk: str) -> dict[str, Any]:
    """The response in a chunk, as the dictionary that vcrpy plays; "answered" is False in it when there was none."""
    answered = not chunk.endswith(_UNANSWERED)
    chunk = chunk.removesuffix(_UNANSWERED)
    start = chunk.index(_RESPONSE) + len(_RESPONSE)
    # Searched from the end, because only bodies are long; their lines have a deeper indent.
    status = chunk.rindex("\n    status:\n      code: ")
    end = chunk.rindex("\n    headers:", start, status)
    headers = _read_headers(chunk[end + 13 : status])
    return {
        "status": {"code": int(chunk[status + 25 : status + 28]), "message": _read_scalar(chunk[status + 44 :])},
        "headers": {name: [value] for name, value in headers.items()},
        "body": {"string": _read_stored_body(chunk[start:end], _RESPONSE_INDENT) or b""},
        **({} if answered else {"answered": False}),
    }


def _read_stored_body(text: str, indent: str) -> bytes | None:
    if text.startswith("|-\n"):
        return text[3 + len(indent) :].replace(f"\n{indent}", "\n").encode()
    if text == "null":
        return None
    if text.startswith("|\n"):
        return text[2 + len(indent) :].replace(f"\n{indent}", "\n").encode() + b"\n"
    if text.startswith("!!binary |\n"):
        return base64.b64decode(text[11:])
    return _read_scalar(text).encode()


@lru_cache(maxsize=1024)
def _read_headers(text: str) -> Mapping[str, str]:
    if text == " {}":
        return {}
    found: dict[str, str] = {}
    for header in _BEFORE_A_NAME.split(text)[1:]:
        name, *values = header.split("\n      - ")
        found[_read_scalar(name[:-1])] = ", ".join(map(_read_scalar, values))
    return found


def _read_scalar(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text
