"""The transcript of a test: its canonical interactions as a reviewer reads them in the snapshot.

    {"goldtape": 2, "test": "...", "cases": [...], "exchanges": [
        {"request": "PUT /v1/...", "as": "bob", "if-match": "\\"<etag-2>\\"", "sent": {...},
         "status": 403, "headers": {...}, "received": {...}}],
     "afterwards": [...]}

`afterwards` holds the exchanges of the teardown, if there are any. An exchange without an answer has, in place of
status, headers and received, `"no-answer": "ReadTimeout after 6 s"`: what the client raised, and the limit it had set.
A transcript has one fact a line, in a fixed order, and nothing that depends on machine or time. Bodies above the limit
are summarised. Placeholders have names, as in `names`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from goldtape.config import Config
from goldtape.exchange.interaction import NO_ANSWER, Body, Interaction, Json, body_bytes
from goldtape.goldens.names import named
from goldtape.goldens.reading import UnreadableGolden, line_of, parse_json, read_golden, refuse_deep_json

FORMAT = 2

# What stands between two values of JSON, or nothing.
_NEXT = re.compile(r"[\s,:]*")

Transcript = dict[str, Any]


class OldGolden(UnreadableGolden):
    """A snapshot in an earlier format, which a recording may write over."""

    advice = "record it in the new one: pytest --live --record-mode=rewrite"


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a transcript: the test's id, its case ids, and the reasons of its races.

    `origins` are the wider fixtures whose values it can name; they do not stand in it.
    """

    test: str
    cases: Sequence[str] = ()
    races: Sequence[str] = ()
    origins: Sequence[str] = ()


def build(
    heading: Heading,
    interactions: Iterable[Interaction],
    config: Config,
    afterwards: Iterable[Interaction] = (),
    like: Transcript | None = None,
) -> Transcript:
    """The transcript of a test, as plain JSON values; `afterwards` are the interactions of its teardown.

    Names are those of the snapshot `like`, where it has one: of a test that did not come to its end, the uses that
    make a name are not all there.
    """
    head: Transcript = {"goldtape": FORMAT, "test": heading.test, "cases": list(heading.cases)}
    if heading.races:
        head["races"] = list(heading.races)
    body = [exchange(one, config) for one in interactions]
    known = [*like["exchanges"], *like.get("afterwards", [])] if like else []
    shown = named([*body, *(exchange(one, config) for one in afterwards)], heading.origins, known)
    head["exchanges"] = shown[: len(body)]
    if later := shown[len(body) :]:
        head["afterwards"] = later
    return head


def exchange(one: Interaction, config: Config) -> dict[str, Any]:
    """One interaction as a reviewer reads it."""
    parts = urlsplit(one.request.uri)
    system = config.system_of(one.request.uri)
    actor = system.actor if system else ""
    main_host = urlsplit(system.targets[0].host).netloc if system else ""
    shown: dict[str, Any] = {"request": f"{one.request.method} {parts.path}"}
    if parts.netloc != main_host:
        shown["to"] = parts.netloc
    headers = dict(one.request.headers)
    who = headers.pop(actor, None) or headers.pop("authorization", None)
    if who is not None:
        shown["as"] = who
    if parts.query:
        shown["query"] = _query(parts.query)
    shown |= headers
    shown |= _body("sent", one.request.body, config.body_limit)
    if not one.response.answered:
        return shown | {"no-answer": one.response.reason}
    shown["status"] = one.response.status
    if one.response.headers:
        shown["headers"] = dict(one.response.headers)
    return shown | _body("received", one.response.body, config.body_limit)


def label(shown: dict[str, Any], number: int | None = None) -> str:
    """The name of an exchange in messages: `3. PUT /v1/... as bob`, numbered from 1."""
    place = f"{number}. " if number is not None else ""
    actor = f" as {shown['as']}" if "as" in shown else ""
    return f"{place}{shown['request']}{actor}"


def read(path: Path) -> Transcript:
    """Read a snapshot.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: It is not a snapshot, or its format is newer; an OldGolden if it is earlier.
    """
    return parse(read_golden(path), path)


def parse(text: str, path: Path) -> Transcript:
    """Parse the text of a snapshot; errors as in `read`."""
    refuse_deep_json(text, path)
    transcript = parse_json(text, path)
    if not isinstance(transcript, dict) or not isinstance(transcript.get("exchanges"), list):
        raise UnreadableGolden(path, 1, "not a snapshot: it lacks a list of exchanges")
    if not isinstance(transcript.get("afterwards", []), list):
        raise UnreadableGolden(path, 1, "not a snapshot: `afterwards` is not a list of exchanges")
    version = transcript.get("goldtape")
    if version != FORMAT:
        what = f"format version {version!r}, this goldtape reads {FORMAT}"
        if type(version) is int and 0 < version < FORMAT:
            raise OldGolden(path, 2, what)
        raise UnreadableGolden(path, 2, f"{what}; upgrade goldtape" if isinstance(version, int) else what)
    if wrong := _wrong(transcript, _HEAD):
        raise UnreadableGolden(path, 1, wrong)
    for part, name in (("exchanges", "exchange"), ("afterwards", "afterwards")):
        for number, shown in enumerate(transcript.get(part, [])):
            fields = _UNANSWERED if isinstance(shown, dict) and "no-answer" in shown else _EXCHANGE
            if wrong := _wrong(shown, fields):
                raise UnreadableGolden(path, line_of_exchange(text, number, part), f"{name} {number + 1}: {wrong}")
    return transcript


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _summary(value: Any) -> bool:
    return isinstance(value, dict) and type(value.get("bytes")) is int and isinstance(value.get("sha256"), str)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _object(value: Any) -> bool:
    return isinstance(value, dict)


# Field -> whether it may be missing, and what its value has to be, for the fields that the engine relies on.
_HEAD = {"test": (False, _text), "cases": (False, _texts), "races": (True, _texts)}
_EXCHANGE = {
    "request": (False, _text),
    "as": (True, _text),
    "status": (False, lambda value: type(value) is int),
    "query": (True, _object),
    "headers": (True, _object),
    "sent-large": (True, _summary),
    "received-large": (True, _summary),
}
RECEIVED = ("status", "headers", "received", "received-text", "received-large")
"""The fields of an exchange that show its answer."""
_UNANSWERED = _EXCHANGE | {
    **{name: (True, lambda value: False) for name in RECEIVED},
    "no-answer": (False, lambda value: _text(value) and NO_ANSWER.fullmatch(value) is not None),
}


def _wrong(value: Any, fields: Mapping[str, tuple[bool, Callable[[Any], bool]]]) -> str:
    """What is wrong with a part of a snapshot; "" if nothing is."""
    if not isinstance(value, dict):
        return f"{json.dumps(value):.60} is no object"
    for name, (optional, is_right) in fields.items():
        if name not in value and not optional:
            return f"{name} is missing"
        if name in value and not is_right(value[name]):
            return f"{name} is {json.dumps(value[name]):.60}, which has the wrong type"
    return ""


def line_of_exchange(text: str, number: int, part: str = "exchanges") -> int:
    """The line of an exchange of a part, counted from 0; of JSON in any layout."""
    at = _start_of(part, text)
    for _ in range(number):
        at = _after(text, json.JSONDecoder().raw_decode(text, at)[1])
    return line_of(text, at)


def _start_of(part: str, text: str) -> int:
    """Where the first exchange of a part stands."""
    at = _after(text, text.index("{") + 1)
    while True:
        name, at = json.JSONDecoder().raw_decode(text, at)
        at = _after(text, at)
        if name == part:
            return _after(text, at + 1)
        at = _after(text, json.JSONDecoder().raw_decode(text, at)[1])


def _after(text: str, at: int) -> int:
    """Where the next value stands."""
    found = _NEXT.match(text, at)
    return found.end() if found else at


def _query(query: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True, errors="backslashreplace"):
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in sorted(found.items())}


def _body(name: str, body: Body, limit: int) -> dict[str, Any]:
    if body is None:
        return {}
    raw = body_bytes(body)
    if len(raw) > limit or isinstance(body, bytes):
        shape = {"shape": _shape(body.value)} if isinstance(body, Json) else {}
        return {f"{name}-large": {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest(), **shape}}
    if isinstance(body, str):
        return {f"{name}-text": body.split("\n") if "\n" in body else body}
    return {name: _sorted(body.value)}


def _sorted(value: Any) -> Any:
    """The value with sorted keys in every object, because the order of keys is not behaviour."""
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _shape(value: Any) -> Any:
    """The outline of a large JSON value: types instead of values, and one outline for all items of a list."""
    if isinstance(value, dict):
        return {key: _shape(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return {f"{len(value)} items": _united([_shape(item) for item in value])}
    return {bool: "boolean", int: "number", float: "number", str: "string"}.get(type(value), "null")


def _united(shapes: list[Any]) -> Any:
    if shapes and all(isinstance(shape, dict) for shape in shapes):
        keys = sorted({key for shape in shapes for key in shape})
        return {key: _united([shape[key] for shape in shapes if key in shape]) for key in keys}
    names = sorted({shape if isinstance(shape, str) else "object" for shape in shapes})
    return " or ".join(names) or "nothing"
