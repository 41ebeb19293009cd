"""Names for placeholders in snapshots: `<session-1>` where the cassette has 00000000-0000-4000-8000-000000000003.

Clients parse what a cassette holds, so placeholders keep their form there; a person follows names more easily. They are
numbered for each name, so that one more minted value leaves those of other names as they are. The name is decided for
each place (operation and field), so that the items of a list have one name:

    field        of a telling field: `session_id` is a <session-1>
    elsewhere    else of a telling use of the value elsewhere in the test: `"session_id": ...`, `/sessions/...`
    collection   else of what holds it: `"sessions": [{"id": ...}]`, `POST /sessions`

What a wider fixture minted has the name and the number that it has in the golden of the fixture: `<@login-2>`. A value
that the test sent first is no placeholder; if it looks like a name, it is written with `<<`.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

Exchange = dict[str, Any]
Place = tuple[str, ...]
"""The operation, then the keys that lead to a value; the items of a list have one place."""

NAME = r"<@?\w[\w-]*-\d+>"
"""The pattern of a name."""

_SHOWN = re.compile(r"(?<!<)<(?P<word>\w[\w-]*)-\d+>")

_OF_ID = re.compile(r"(?<=[a-z0-9])(?:[_-]?(?:id|uuid|guid)|I[dD]|U[uU][iI][dD])s?$")
_WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_UNTELLING = frozenset({"id", "ids", "uuid", "guid", "key", "value", "ref", "data", "items", "results", "rows", "api"})
_OWN = "00000000"
_SPELLED = ("etag", "token")
_NO_PATH = re.compile(r"[\s?=\"']")
_VERSION = re.compile(r"v\d+")
_ANSWERS = ("status", "no-answer")
"""The fields with which the answer of an exchange begins."""
_PATH = 200
"""How many characters before a value are searched for the path that leads to it."""


def named(exchanges: Sequence[Exchange], origins: Iterable[str] = (), like: Sequence[Exchange] = ()) -> list[Exchange]:
    """The exchanges of a whole test, teardown included, with names for placeholders.

    `origins` are the wider fixtures whose values can occur.
    """
    return _Names(exchanges, origins, _words_in(like)).exchanges()


@dataclass(slots=True)
class _Words:
    """The words for the values of one place: of their uses anywhere in the test, and of what holds them."""

    uses: Counter[str] = field(default_factory=Counter)
    holders: Counter[str] = field(default_factory=Counter)


class _Names:
    """The names of the placeholders of one test."""

    def __init__(self, exchanges: Sequence[Exchange], origins: Iterable[str], known: Mapping[Place, str]) -> None:
        self._exchanges, self._known = exchanges, known
        self._origins = {f"{zlib.crc32(origin.encode()):08x}": origin for origin in origins}
        self._placeholder = _placeholder(self._origins)
        self._sent: set[str] = set()
        self._alone: set[str] = set()
        self._places: dict[str, Place] = {}
        self._words: defaultdict[Place, _Words] = defaultdict(_Words)
        for one in exchanges:
            operation, received = self._without(one["request"]), False
            for name, value in one.items():
                received = received or name in _ANSWERS
                self._look_at(value, (operation, name), received)
        self._names = self._decided()
        self._to_change = re.compile(f"{self._placeholder.pattern}|<(?={NAME[1:]})")

    def exchanges(self) -> list[Exchange]:
        return [self._change(one) for one in self._exchanges]

    def _meet(self, received: bool, place: Place, text: str) -> None:
        for match in self._placeholder.finditer(text):
            found = match.group()
            if found in self._sent or self._of_fixture(match):
                continue
            if found not in self._places:
                if not received:
                    self._sent.add(found)
                    continue
                self._places[found] = place
            words = self._words[self._places[found]]
            if found == text.removeprefix("W/").strip('"'):
                self._alone.add(found)
                words.uses.update(_telling(place))
                words.holders.update(_holder(place))
            words.uses.update(self._before(text, match.start()))

    def _of_fixture(self, match: re.Match[str]) -> str:
        """The name of what a wider fixture minted, "" if it did not."""
        if origin := self._origins.get(match["node"]):
            return f"<@{origin}-{int(match['uuid'])}>"
        return f"<@{match['origin']}-{match['kind']}-{match['number']}>" if match["origin"] else ""

    def _decided(self) -> dict[str, str]:
        """Placeholder -> name, for those that the service minted in this test."""
        word_of = {place: self._known.get(place) or _word(place, words) for place, words in self._words.items()}
        count: Counter[str] = Counter()
        names: dict[str, str] = {}
        for found, place in self._places.items():
            # A minted etag or token stood alone somewhere; one that is only read in a sentence is a word of it.
            if found in self._alone or not found.startswith(_SPELLED):
                word = "etag" if found.startswith("etag") else word_of[place]
                count[word] += 1
                names[found] = f"<{word}-{count[word]}>"
        return names

    def _change(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._change(key): self._change(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._change(item) for item in value]
        if isinstance(value, str) and ("<" in value or _may_hold(value)):
            return self._to_change.sub(self._name, value)
        return value

    def _name(self, match: re.Match[str]) -> str:
        found = match.group()
        return "<<" if found == "<" else self._of_fixture(match) or self._names.get(found, found)

    # ---------------------------------------------------------------- what an exchange says

    def _look_at(self, value: Any, place: Place, received: bool) -> None:
        if isinstance(value, str):
            if _may_hold(value):
                self._meet(received, place, value)
        elif isinstance(value, dict):
            for key, item in value.items():
                self._look_at(key, place, received)
                self._look_at(item, (*place, self._without(key)), received)
        elif isinstance(value, list):
            for item in value:
                self._look_at(item, place, received)

    def _without(self, text: str) -> str:
        return self._placeholder.sub("", text) if _may_hold(text) else text

    def _before(self, text: str, end: int) -> list[str]:
        """The word of the segment of a path before a value: /sessions/<here>."""
        if text[end - 1 : end] != "/":
            return []
        path = _NO_PATH.split(text[max(0, end - _PATH) : end])[-1]
        return _first_telling(self._without(path).split("/")[-2::-1])


def _words_in(shown: Sequence[Exchange]) -> dict[Place, str]:
    """Place -> the word that exchanges of a snapshot have for what was first shown there."""
    found: dict[Place, str] = {}
    met: set[str] = set()

    def look_at(value: Any, place: Place) -> None:
        if isinstance(value, dict):
            for key, item in value.items():
                look_at(key, place)
                look_at(item, (*place, _SHOWN.sub("", key)))
        elif isinstance(value, list):
            for item in value:
                look_at(item, place)
        elif isinstance(value, str):
            for match in _SHOWN.finditer(value):
                if match.group() not in met:
                    met.add(match.group())
                    found.setdefault(place, match["word"])

    for one in shown:
        for name, value in one.items():
            look_at(value, (_SHOWN.sub("", one["request"]), name))
    return found


def _may_hold(text: str) -> bool:
    """A quick look: False only if no placeholder is in this text."""
    return "-" in text and ("-0000-4000-8000-" in text or "etag-" in text or "token-" in text)


def _placeholder(nodes: Mapping[str, str]) -> re.Pattern[str]:
    """The pattern of placeholders: the test's own, and those of wider fixtures, whose nodes of a UUID are given."""
    node = "|".join((_OWN, *nodes))
    origin = f"(?:(?P<origin>{'|'.join(map(re.escape, nodes.values())) or '(?!)'})-)?"
    return re.compile(
        # A percent-encoded character can come directly before a UUID.
        rf"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{{2}}))(?P<node>{node})-0000-4000-8000-(?P<uuid>\d{{12}})(?![0-9A-Za-z])"
        rf"|(?<![\w-])(?P<kind>etag|token)-{origin}(?P<number>\d+)(?![\w-])"
    )


def _word(place: Place, words: _Words) -> str:
    """The name for the values of one place."""
    for found in (Counter(_telling(place)), words.uses, words.holders):
        if found:
            # The plainest word: a <user-1>, although he is in `created_by_user_id` too.
            return min(found, key=lambda word: (word.count("-"), -found[word], word))
    segments = place[0].split("/")[:0:-1]
    # Better an untelling word of the path than none: <row-1> for GET /rows.
    return next(
        (word for one in (_first_telling(segments), *map(_word_of, map(_singular, segments))) for word in one), "value"
    )


@lru_cache(maxsize=1024)
def _telling(place: Place) -> list[str]:
    """The word of a field that says what its id is of: `session_id`, `userIds`; none for `id`."""
    name = place[-1]
    bare = _OF_ID.sub("", name)
    return [] if bare == name or bare.lower() in _UNTELLING else _word_of(bare)


@lru_cache(maxsize=1024)
def _holder(place: Place) -> list[str]:
    """The word of what holds a value: its own field, or the list or object around its `id`."""
    return _first_telling(place[:1:-1])


def _first_telling(names: Iterable[str]) -> list[str]:
    """The word of the first name that is one, in a list; an empty list if none is."""
    for name in names:
        telling = name.lower().lstrip("_") not in _UNTELLING and not _VERSION.fullmatch(name)
        if telling and (word := _word_of(_singular(name))):
            return word
    return []


def _word_of(name: str) -> list[str]:
    words = _WORDS.findall(name.removeprefix("x-"))
    return ["-".join(words).lower()] if words else []


def _singular(name: str) -> str:
    for ending, one in (
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("ss", "ss"),
        ("us", "us"),
        ("s", ""),
    ):
        if name.endswith(ending):
            return name.removesuffix(ending) + one
    return name
