"""The cassette on disk: vcrpy's version 1 YAML, laid out so that a person reads it and a diff is by field.

The writer knows one layout. The reader takes that layout apart with string searches, which is what makes a
cassette of 100,000 interactions load in seconds; a file in any other layout (edited by hand, or recorded by stock
vcrpy) goes through YAML and comes out the same. JSON bodies stand as pretty-printed literal blocks with sorted
keys. A body above the limit is stored gzip-encoded under `content-encoding: gzip`, which HTTP clients undo by
themselves, so stock vcrpy replays it too.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from vcr.serialize import CASSETTE_FORMAT_VERSION
from vcr.serializers import compat, yamlserializer

from goldtape.goldens import UnreadableGolden, line_of, read_golden
from goldtape.interaction import Body, Interaction, Json, Request, Response
from goldtape.wire import read_body

Side = TypeVar("Side", Request, Response)

_HEAD = "interactions:\n- request:\n"
_NEXT = "\n- request:\n"
_TAIL = f"\nversion: {CASSETTE_FORMAT_VERSION}\n"
_EMPTY = f"interactions: []{_TAIL}"
_RESPONSE = "\n  response:\n    body:\n      string: "
_REQUEST_INDENT, _RESPONSE_INDENT = " " * 6, " " * 8

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 /;=._+-]*(?<! )")
_PLAIN_URI = re.compile(r"https?://[!$-&(-\[\]-z|~]+(?<!:)")  # ASCII without " # ' \ { }
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
# Characters that YAML 1.1 section 5.1 counts as unprintable, or as a line break inside a line.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")


class RawRequest(NamedTuple):
    """A stored request, its body still as bytes; header names are lower case."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A loaded cassette: one text an interaction, taken apart only when it is asked for."""

    path: Path
    chunks: Sequence[str]

    def __len__(self) -> int:
        return len(self.chunks)

    def request(self, index: int) -> RawRequest:
        """The request of an interaction, counted from 0."""
        return _raw_request(self.chunks[index])

    def response(self, index: int) -> dict[str, Any]:
        """The response of an interaction in the form that vcrpy's stubs play."""
        return _raw_response(self.chunks[index])

    def interaction(self, index: int) -> Interaction:
        """An interaction, parsed."""
        raw, response = self.request(index), self.response(index)
        body, headers = read_body(raw.body, dict(raw.headers))
        request = Request(raw.method, raw.uri, headers, body)
        received = {name: ", ".join(values) for name, values in response["headers"].items()}
        body, received = read_body(response["body"]["string"], received)
        status = response["status"]
        return Interaction(request, Response(status["code"], status["message"], received, body))

    def line(self, index: int) -> int:
        """The line of the file, counted from 1, at which an interaction begins."""
        return 2 + 2 * index + sum(map(str.count, self.chunks[:index], repeat("\n")))


def load(path: Path) -> Stored:
    """Read a cassette.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: It is no cassette, or one of a newer format.
    """
    # No line of the layout looks like a conflict marker, so a file in it has passed the checks of `read_golden`.
    with suppress(UnicodeDecodeError):
        if (chunks := _split(path.read_bytes().decode("utf-8"))) is not None:
            return Stored(path, chunks)
    text = read_golden(path)
    chunks = _split(text)
    if chunks is None:
        chunks = _split(dump(_load_yaml(path, text), body_limit=None))
        assert chunks is not None, "the writer's own layout is always readable"
    return Stored(path, chunks)


def dump(interactions: Iterable[Interaction], body_limit: int | None) -> str:
    """The text of a cassette.

    Args:
        interactions: In the order in which identical requests are to be answered.
        body_limit: Larger bodies, in bytes, are compressed; None compresses none.
    """
    chunks = [_dump_one(_compress(one, body_limit)) for one in interactions]
    return _HEAD + _NEXT.join(chunks) + _TAIL if chunks else _EMPTY


# ------------------------------------------------------------------ writing


def _dump_one(one: Interaction) -> str:
    request, response = one.request, one.response
    sent = "null" if request.body is None else _dump_body(request.body, _REQUEST_INDENT)
    received = '""' if response.body is None else _dump_body(response.body, _RESPONSE_INDENT)
    return (
        f"    body: {sent}\n    headers:{_dump_headers(request.headers)}\n"
        f"    method: {_scalar(request.method)}\n    uri: {_scalar(request.uri)}"
        f"{_RESPONSE}{received}\n    headers:{_dump_headers(response.headers)}\n"
        f"    status:\n      code: {response.status}\n      message: {_scalar(response.reason)}"
    )


def _dump_headers(headers: Mapping[str, str]) -> str:
    if not headers:
        return " {}"
    return "".join(f"\n      {_scalar(name)}:\n      - {_scalar(value)}" for name, value in headers.items())


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
    """JSON with a fact a line, sorted keys and nothing that YAML would call unprintable."""
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)
    return _UNPRINTABLE.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    # Only a string can hold such a character, and there an escape means the same (RFC 8259 section 7).
    return f"\\u{ord(match.group()):04x}"


def _indented(text: str, indent: str) -> str:
    return indent + text.replace("\n", f"\n{indent}")


def _scalar(text: str) -> str:
    plain = _PLAIN.fullmatch(text) and text.lower() not in _YAML_WORDS
    return text if plain or _PLAIN_URI.fullmatch(text) else _quoted(text)


def _quoted(text: str) -> str:
    """A double-quoted scalar that is one JSON string too, so that reading it back needs no YAML."""
    escaped = json.dumps(text, ensure_ascii=False)
    return _UNPRINTABLE.sub(_escaped, escaped)


def _compress(one: Interaction, limit: int | None) -> Interaction:
    if limit is None:
        return one
    return Interaction(_compress_side(one.request, limit), _compress_side(one.response, limit))


def _compress_side(side: Side, limit: int) -> Side:
    raw = body_bytes(side.body)
    if len(raw) <= limit or isinstance(side.body, bytes):
        return side
    packed = gzip.compress(raw, compresslevel=9, mtime=0)
    headers = dict(sorted({**side.headers, "content-encoding": "gzip"}.items()))
    return replace(side, headers=headers, body=packed)


def body_bytes(body: Body) -> bytes:
    """A body's canonical bytes: compact JSON, UTF-8 text, or what it is."""
    if isinstance(body, bytes):
        return body
    text = body.text() if isinstance(body, Json) else body or ""
    return _SURROGATE.sub(_escaped, text).encode("utf-8")


# ------------------------------------------------------------------ reading the layout


def _split(text: str) -> list[str] | None:
    """The interactions' texts, or None when the file is not in the writer's layout."""
    if text == _EMPTY:
        return []
    if not text.startswith(_HEAD) or not text.endswith(_TAIL) or "\r" in text:
        return None
    chunks = text[len(_HEAD) : -len(_TAIL)].split(_NEXT)
    return chunks if all(map(_is_laid_out, chunks)) else None


# Exactly what the writer writes, because the same lines can mean something else in YAML's other spellings: single
# quotes, comments, several values a header. Possessive, so that a chunk which does not fit is given up at once.
_WORDS = f"(?i:{'|'.join(sorted(_YAML_WORDS))})"
_WORD = rf"(?!{_WORDS}$){_PLAIN.pattern}"
_STRING = r'"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u[0-9a-f]{4})*+"'
_SCALAR = f"(?:{_PLAIN_URI.pattern}|{_WORD}|{_STRING})"
_NAME = rf"(?:(?!{_WORDS}:)[a-z][a-z0-9 /;=._+-]*+(?<! )|{_STRING})"
_HEADERS = rf"(?: \{{\}}|(?:\n {{6}}{_NAME}:\n {{6}}- {_SCALAR})++)"


def _body(indent: str) -> str:
    block = rf"\|-?\n{indent}(?![ \t\n])[^\n]*+(?:\n{indent}[^\n]*+)*+(?<!\n{indent})"
    return rf"(?:{block}|!!binary \|(?:\n{indent}[A-Za-z0-9+/=]++)++|{_STRING})"


_LAYOUT = re.compile(
    rf"    body: (?:null|{_body(_REQUEST_INDENT)})\n    headers:{_HEADERS}\n    method: {_SCALAR}"
    rf"\n    uri: (?:{_PLAIN_URI.pattern}|{_STRING}){_RESPONSE}{_body(_RESPONSE_INDENT)}\n    headers:{_HEADERS}"
    rf"\n    status:\n      code: [1-9]\d\d\n      message: {_SCALAR}",
    re.MULTILINE,
)


def _is_laid_out(chunk: str) -> bool:
    return _LAYOUT.fullmatch(chunk) is not None


def _raw_request(chunk: str) -> RawRequest:
    end = chunk.index("\n    headers:")
    method = chunk.index("\n    method: ", end)
    uri = chunk.index("\n    uri: ", method)
    return RawRequest(
        method=_read_scalar(chunk[method + 13 : uri]),
        uri=_read_scalar(chunk[uri + 10 : chunk.index("\n", uri + 10)]),
        headers=_read_headers(chunk[end + 13 : method]),
        body=_read_stored_body(chunk[10:end], _REQUEST_INDENT),
    )


def _raw_response(chunk: str) -> dict[str, Any]:
    start = chunk.index(_RESPONSE) + len(_RESPONSE)
    # From the end: only bodies are long, and none of their lines is indented so little.
    status = chunk.rindex("\n    status:\n      code: ")
    end = chunk.rindex("\n    headers:", start, status)
    headers = _read_headers(chunk[end + 13 : status])
    return {
        "status": {
            "code": int(chunk[status + 25 : status + 28]),
            "message": _read_scalar(chunk[status + 44 :]),
        },
        "headers": {name: [value] for name, value in headers.items()},
        "body": {"string": _read_stored_body(chunk[start:end], _RESPONSE_INDENT) or b""},
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
    lines = text.split("\n")[1:]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return {_read_scalar(name[6:-1]): _read_scalar(value[8:]) for name, value in pairs}


def _read_scalar(text: str) -> str:
    return str(json.loads(text)) if text.startswith('"') else text


# ------------------------------------------------------------------ reading any other YAML


def _load_yaml(path: Path, text: str) -> list[Interaction]:
    try:
        data = yamlserializer.deserialize(text)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date that does not exist
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line, text.rstrip("\n").count("\n")) + 1 if mark else 1
        raise UnreadableGolden(path, line, f"not YAML: {getattr(error, 'problem', error)}") from error
    if not isinstance(data, dict) or not isinstance(data.get("interactions"), list):
        raise UnreadableGolden(path, 1, "no cassette: it lacks a list of interactions")
    version = data.get("version")
    if version != CASSETTE_FORMAT_VERSION:
        at = text.rfind("\nversion:") + 1
        what = (
            f"format version {version!r} is newer than what this goldtape reads; upgrade it"
            if isinstance(version, int) and version > CASSETTE_FORMAT_VERSION
            else f"truncated, or no cassette: version is {version!r}, expected {CASSETTE_FORMAT_VERSION}"
        )
        raise UnreadableGolden(path, line_of(text, at), what)
    found = []
    for number, row in enumerate(data["interactions"], start=1):
        try:
            found.append(_from_dict(row))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            line = _line_of_interaction(text, number)
            raise UnreadableGolden(path, line, f"interaction {number} lacks a part: {error}") from error
    return found


def _from_dict(row: Mapping[str, Any]) -> Interaction:
    request, response = row["request"], compat.convert_to_bytes(row["response"])
    raw = request["body"]
    headers = {name.lower(): ", ".join(_listed(values)) for name, values in request["headers"].items()}
    body, headers = read_body(raw.encode() if isinstance(raw, str) else raw, headers)
    received = {name.lower(): ", ".join(_listed(values)) for name, values in response["headers"].items()}
    answer, received = read_body(response["body"]["string"], received)
    status = response["status"]
    return Interaction(
        Request(request["method"], request["uri"], headers, body),
        Response(int(status["code"]), status["message"] or "", received, answer),
    )


def _listed(values: Any) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else [str(values)]


def _line_of_interaction(text: str, number: int) -> int:
    starts = [match.start() for match in re.finditer(r"^- ", text, re.MULTILINE)]
    return line_of(text, starts[number - 1]) if number <= len(starts) else 1
