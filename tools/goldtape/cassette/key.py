"""The key of a request: two requests match when everything that matters in them is equal.

Method, URI (query parameters in any order), the headers that matter, and the body: JSON by its meaning, anything
else by its bytes. Which headers matter is decided in `canonical.headers`. A key is one string, so finding a recorded
request is one dictionary look-up.
"""

from __future__ import annotations

import bisect
import json
import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

import orjson

from goldtape.canonical.cookies import matched_cookies
from goldtape.exchange.body import parse_body
from goldtape.exchange.interaction import Json
from goldtape.exchange.uri import matched_uri

# Beyond 15 digits a float no longer tells neighbours apart, and orjson reads integers beyond 64 bits as floats.
_LONG_NUMBER = b"0" * 16
# An escaped colon: with it, the colons of a body do not say how many members its objects have.
_ESCAPED_COLON = b"\\u003"
_DIGITS_AS_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
_MEMBER_NAME = re.compile(r'"[^"]*":')


def request_key(method: str, uri: str, headers: Iterable[tuple[str, str]], body: bytes | None) -> str:
    """The key of a request: its method in capitals, its absolute URI, the headers that matter, and its body.

    Headers are sorted, with names in lower case. The body is as it travelled; None and empty are equal.
    """
    lines = [f"{method} {matched_uri(uri)}"]
    is_json = False
    for name, value in headers:
        if name == "content-type" and "json" in value.lower():
            is_json = True
        lines.append(f"{name}: {value}")
    lines.append(_canonical_body(body, is_json) if body else "")
    return "\n".join(lines)


def nearest(key: str, keys: Sequence[str], played: Container[int] = ()) -> int | None:
    """The index of the recorded key most like `key`, None when there are no keys; of equals, one not yet played.

    Two keys that differ in one place have the same beginning and the same end. So the best candidates are the
    neighbours of `key` in the sorted keys, and in the sorted keys read backwards. That takes two sorts, not a
    comparison with everything recorded.
    """

    def unlikeness(index: int) -> tuple[float, bool, int, int]:
        recorded = keys[index]
        around = _shared(key, recorded) + _shared(key[::-1], recorded[::-1])
        return -_likeness(key, recorded), index in played, -around, index

    candidates = _neighbours(key, keys) | _neighbours(key[::-1], [one[::-1] for one in keys])
    return min(candidates, key=unlikeness, default=None)


def _neighbours(key: str, keys: Sequence[str], reach: int = 12) -> set[int]:
    order = sorted(range(len(keys)), key=keys.__getitem__)
    place = bisect.bisect_left(order, key, key=keys.__getitem__)
    return set(order[max(0, place - reach) : place + reach])


def _shared(one: str, other: str) -> int:
    """The number of equal characters at the beginning of two texts."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if one.startswith(other[:middle]) else (low, middle - 1)
    return low


def _likeness(sent: str, recorded: str) -> float:
    """The likeness of two keys: method and path weigh most, then each fact of headers and body."""
    sent_lines, recorded_lines = sent.split("\n"), recorded.split("\n")
    first, other = sent_lines[0], recorded_lines[0]
    method, _, uri = first.partition(" ")
    other_method, _, other_uri = other.partition(" ")
    path, other_path = uri.partition("?")[0].split("/"), other_uri.partition("?")[0].split("/")
    same = sum(a == b for a, b in zip(path, other_path, strict=False)) / max(len(path), len(other_path))
    facts, other_facts = _facts(sent_lines[1:]), _facts(recorded_lines[1:])
    shared = len(facts & other_facts) / max(1, len(facts | other_facts))
    return 2 * (method == other_method) + 4 * same + (uri == other_uri) + 2 * shared


def _facts(lines: list[str]) -> set[str]:
    """Headers, the members of the body, and the names of these: a name with another value is half equal."""
    body = lines[-1]
    return {*lines[:-1], *re.split(r"[,{}\[\]]", body), *_MEMBER_NAME.findall(body)}


def _canonical_body(body: bytes, is_json: bool) -> str:
    if is_json and _ESCAPED_COLON not in body and _LONG_NUMBER not in body.translate(_DIGITS_AS_ZERO):
        try:
            found = orjson.dumps(orjson.loads(body), option=orjson.OPT_SORT_KEYS)
        except ValueError:  # not JSON, or JSON that only Python's own parser takes, such as a lone surrogate
            found = b""
        if found and found.count(b":") == body.count(b":"):  # fewer: orjson has kept the last of several equal keys
            return found.decode()
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:  # goldens hold the bytes
        return body.decode("utf-8", "surrogateescape")
    parsed = parse_body(text, "json") if is_json else text
    return _sorted_json(parsed.value) if isinstance(parsed, Json) else text


def _sorted_json(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:  # an integer beyond 64 bits, or a lone surrogate
        return json.dumps(value, sort_keys=True, separators=(",", ":"))


def select(headers: Mapping[str, str], names: Container[str]) -> list[tuple[str, str]]:
    """The headers that matter, in alphabetical order of their lower-case names."""
    return [
        (name, matched_cookies(headers[name]) if name == "cookie" else headers[name])
        for name in sorted(name for name in headers if name in names)
    ]
