"""The changes that a response can suffer on the wire, a row each; what a difference of that sort has to be called."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ETAG = re.compile(r"_?etag", re.IGNORECASE)
KIND_NAMES = ("breaking", "changed", "additive")
_SHIFT = timedelta(hours=2)
_ELSEWHERE = {200: 500, 201: 200, 202: 200, 204: 404}

Place = tuple[Any, Any]
"""An object or list, and a key or index of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its headers with names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Seen:
    """What the earlier responses of a test showed."""

    uuids: list[str] = field(default_factory=list)
    etags: list[str] = field(default_factory=list)

    def note(self, answer: Answer) -> None:
        """Take in a response."""
        value = _json(answer)
        for holder, key in _places(value):
            if isinstance(text := holder[key], str):
                (self.uuids if _UUID.fullmatch(text) else self.etags if _is_etag(key) else []).append(text)


@dataclass(frozen=True, slots=True)
class Mutation:
    """A sort of change.

    Attributes:
        name: In the report.
        kinds: What its difference can be called: breaking, changed or additive.
        change: (response, what was seen before, dice) -> the changed response and what was changed; None if it cannot
            be applied.
    """

    name: str
    kinds: frozenset[str]
    change: Callable[[Answer, Seen, random.Random], tuple[Answer, str] | None]


def mutate(answer: Answer, seen: Seen, dice: random.Random) -> tuple[str, Answer, str] | None:
    """One change that the response can suffer: its name, the changed response, what was changed."""
    for mutation in dice.sample(MUTATIONS, len(MUTATIONS)):
        changed = mutation.change(answer, seen, dice)
        if changed and changed[0] != answer:
            return mutation.name, *changed
    return None


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _places(value: Any) -> Iterator[Place]:
    if isinstance(value, dict):
        for key in value:
            yield value, key
            yield from _places(value[key])
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield value, index
            yield from _places(item)


def _is_etag(key: object) -> bool:
    return isinstance(key, str) and bool(_ETAG.fullmatch(key))


def _in_body(
    fits: Callable[[Any, Any], bool], change: Callable[[Any, Any, Seen, random.Random], object]
) -> Callable[[Answer, Seen, random.Random], tuple[Answer, str] | None]:
    """A change at one of the places of a JSON body that fit; it is done in place."""

    def applied(answer: Answer, seen: Seen, dice: random.Random) -> tuple[Answer, str] | None:
        body = _json(answer)
        places = [place for place in _places(body) if fits(*place)]
        if not places:
            return None
        holder, key = dice.choice(places)
        before = json.dumps(holder[key])
        if change(holder, key, seen, dice) is False:
            return None
        return replace(answer, body=json.dumps(body).encode()), f"{key}: {before:.60}"

    return applied


def _status(answer: Answer, _: Seen, dice: random.Random) -> tuple[Answer, str]:
    other = _ELSEWHERE.get(answer.status, 200) if dice.random() < 0.7 else 503
    body = b"" if other == 204 else answer.body
    return replace(answer, status=other, body=body), f"{answer.status} -> {other}"


def _content_type(answer: Answer, _: Seen, __: random.Random) -> tuple[Answer, str] | None:
    if "content-type" not in answer.headers:
        return None
    return replace(answer, headers=answer.headers | {"content-type": "text/plain"}), answer.headers["content-type"]


def _header(answer: Answer, _: Seen, dice: random.Random) -> tuple[Answer, str] | None:
    telling = [name for name in ("etag", "location", "retry-after", "www-authenticate") if name in answer.headers]
    if not telling:
        return None
    gone = dice.choice(telling)
    return replace(answer, headers={name: text for name, text in answer.headers.items() if name != gone}), gone


def _rename(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    items = [(f"{name}Two" if name == key else name, value) for name, value in holder.items()]
    holder.clear()
    holder.update(items)


def _retype(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    value = holder[key]
    holder[key] = {str: 7, bool: "yes", int: str(value), float: str(value), dict: [], list: {}}[type(value)]


def _null(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    holder[key] = None


def _add(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    holder["somethingNew"] = "here"


def _drop(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    del holder[key]


def _repeat(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    holder.insert(key, holder[key])


def _by_one(holder: Any, key: Any, _: Seen, dice: random.Random) -> None:
    holder[key] += dice.choice((-1, 1))


def _flip(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    holder[key] = not holder[key]


def _another(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    holder[key] = f"{holder[key]}x"


def _stale(holder: Any, key: Any, seen: Seen, dice: random.Random) -> bool:
    others = sorted({etag for etag in seen.etags if etag != holder[key]})
    if others:
        holder[key] = dice.choice(others)
    return bool(others)


def _swap(holder: Any, key: Any, seen: Seen, dice: random.Random) -> bool:
    others = sorted({uuid for uuid in seen.uuids if uuid != holder[key]})
    if others:
        holder[key] = dice.choice(others)
    return bool(others)


def _shift(holder: Any, key: Any, _: Seen, __: random.Random) -> None:
    moment = datetime.fromisoformat(holder[key].replace("Z", "+00:00"))
    text = (moment + _SHIFT).isoformat()
    holder[key] = text.replace("+00:00", "Z") if holder[key].endswith("Z") else text


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[^ ]*", value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not _is_instant(value) and not _UUID.search(value)


def _member(holder: Any, key: Any) -> bool:
    return isinstance(holder, dict)


def _item(holder: Any, key: Any) -> bool:
    return isinstance(holder, list)


def _member_with_value(holder: Any, key: Any) -> bool:
    return isinstance(holder, dict) and holder[key] is not None


def _an_etag(holder: Any, key: Any) -> bool:
    return _is_etag(key) and isinstance(holder[key], str)


def _an_id(holder: Any, key: Any) -> bool:
    return isinstance(holder[key], str) and bool(_UUID.fullmatch(holder[key]))


_BREAKING, _CHANGED = frozenset({"breaking"}), frozenset({"changed"})
_ANY = frozenset(KIND_NAMES)
MUTATIONS = (
    Mutation("status", _BREAKING, _status),
    Mutation("content type", _BREAKING, _content_type),
    Mutation("header gone", _BREAKING, _header),
    Mutation("field gone", _BREAKING, _in_body(_member, _drop)),
    Mutation("field renamed", _BREAKING, _in_body(_member, _rename)),
    Mutation("field of another type", _BREAKING, _in_body(_member_with_value, _retype)),
    Mutation("field null", _BREAKING, _in_body(_member_with_value, _null)),
    Mutation("field new", frozenset({"additive", "breaking"}), _in_body(_member, _add)),
    Mutation("item gone", _BREAKING, _in_body(_item, _drop)),
    Mutation("item twice", _ANY, _in_body(_item, _repeat)),
    Mutation("number off by one", _CHANGED, _in_body(lambda h, k: _is_number(h[k]), _by_one)),
    Mutation("flag flipped", _CHANGED, _in_body(lambda h, k: isinstance(h[k], bool), _flip)),
    Mutation("another text", _CHANGED | _BREAKING, _in_body(lambda h, k: _is_word(h[k]), _another)),
    Mutation("stale etag", _CHANGED | _BREAKING, _in_body(_an_etag, _stale)),
    Mutation("another's id", _CHANGED | _BREAKING, _in_body(_an_id, _swap)),
    Mutation("clock off by hours", _CHANGED | _BREAKING, _in_body(lambda h, k: _is_instant(h[k]), _shift)),
)
"""Every sort of change."""
KINDS = {mutation.name: mutation.kinds for mutation in MUTATIONS}
