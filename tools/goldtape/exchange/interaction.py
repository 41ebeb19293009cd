"""An interaction: one HTTP request with its response, free of any client library.

Everything above this file (redaction, placeholders, transcript, storage) works on these values only,
so a rule written once holds for the cassette and for the snapshot alike.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UUID_LENGTH = 36
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Json:
    """A body that travelled as JSON, parsed. Two bodies that differ only in white space are equal."""

    value: Any

    def text(self) -> str:
        """The one compact spelling of this value: sorted keys, no spaces, non-ASCII kept."""
        return json.dumps(self.value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


Body = Json | str | bytes | None
"""JSON when it parses as such, text when it decodes, bytes when it does neither, None when empty."""


@dataclass(frozen=True, slots=True)
class Request:
    """What was sent. Header names are lower case, repeated headers are joined with a comma (RFC 9110 5.3)."""

    method: str
    uri: str
    headers: Mapping[str, str]
    body: Body = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. Headers as in `Request`; `reason` is the phrase of the status line."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: Body = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """A request with its response."""

    request: Request
    response: Response


def body_bytes(body: Body) -> bytes:
    """A body's canonical bytes: compact JSON, UTF-8 text, or what it is."""
    if isinstance(body, bytes):
        return body
    text = body.text() if isinstance(body, Json) else body or ""
    return _SURROGATE.sub(escaped, text).encode("utf-8")


def escaped(match: re.Match[str]) -> str:
    """One character of a JSON text as an escape of its own, for `re.sub`."""
    # Only a string can hold such a character, and there an escape means the same (RFC 8259 section 7).
    return f"\\u{ord(match.group()):04x}"


def leaves(body: Body) -> Iterator[tuple[str, Any]]:
    """Yield (name, scalar) for everything a body holds, in the order in which goldens show it: keys sorted.

    A server may write the keys of an object in any order, and what is numbered by first appearance must not
    depend on it. The name is the nearest object key above the scalar, "" where there is none. An object's
    keys themselves are yielded with the name "", because a key can quote a server-minted id too.
    """
    if isinstance(body, Json):
        yield from _json_leaves(body.value, "")
    elif isinstance(body, str):
        yield "", body


def _json_leaves(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key in sorted(value, key=_without_uuid):
            yield "", key
            yield from _json_leaves(value[key], key)
    elif isinstance(value, list):
        for item in value:
            yield from _json_leaves(item, name)
    else:
        yield name, value


def _without_uuid(key: str) -> str:
    # Ids that a server minted come in a random order by their texts; as written is the only order they have.
    return _UUID.sub("", key) if len(key) >= _UUID_LENGTH else key


def rewrite(body: Body, change: Callable[[str, Any], Any]) -> Body:
    """Apply `change(name, scalar)` to every leaf, with the names that `leaves` gives.

    Returns the same object when nothing changed, so that untouched large bodies cost no copy.
    """
    if isinstance(body, Json):
        value = rewrite_json(body.value, "", change)
        return body if value is body.value else Json(value)
    if isinstance(body, str):
        return str(change("", body))
    return body


def rewrite_json(value: Any, name: str, change: Callable[[str, Any], Any]) -> Any:
    """`rewrite` for a parsed JSON value standing under the key `name`."""
    if isinstance(value, dict):
        pairs = [(change("", key), rewrite_json(item, key, change)) for key, item in value.items()]
        same = all(
            new_key is key and new is item for (new_key, new), (key, item) in zip(pairs, value.items(), strict=True)
        )
        return value if same else _distinct(pairs)
    if isinstance(value, list):
        items = [rewrite_json(item, name, change) for item in value]
        return value if all(a is b for a, b in zip(value, items, strict=True)) else items
    return change(name, value)


def _distinct(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """An object of these members; of names that have become equal, the second is told from the first by "~2"."""
    found: dict[str, Any] = {}
    for key, item in pairs:
        number, name = 1, key
        while name in found:
            number += 1
            name = f"{key}~{number}"
        found[name] = item
    return found
