"""The kinds of values that a server mints: how to find them, number them and write their placeholders.

    uuid      00000000-0000-4000-8000-000000000001, ...2 by first appearance; the nil and the max UUID are data
    etag      etag-1, etag-2 by first appearance; quotes and W/ are kept
    token     token-1, token-2 by first appearance; only a rule says that a value is a token
    instant   2000-01-01T00:00:00.000001Z, ...02 in order of time, or at a distance to that day: see `instants`

What a wider fixture showed first has its origin in the placeholder: etag-login-1, or a UUID and a day of its own. So
it is the same in each test, whichever other fixtures there are.

A new kind is a new row of KINDS, and a name in VOLATILE_CLASSES of `config`, which a test demands.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goldtape.canonical import instants
from goldtape.canonical.sighting import Key, Match, Sighting, Taken
from goldtape.exchange import walk

# A percent-encoded character can come directly before it, as in a link: ?filter=id%3D6f1ed002-...
_UUID = re.compile(rf"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{{2}})){walk.UUID}(?![0-9A-Za-z])")
NEVER = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of minted value.

    Attributes:
        name: Its name in rules: `as = "uuid"`.
        placeholder: (origin, number) -> the key of the placeholder; a number whose key the test uses itself is left
            out.
        looks: The pattern of such values in any text; none by default, then only a name or a rule can tell.
        hint: A character that every match of `looks` contains, which saves a search in texts without it.
        key: Match -> the key of the value, None if it only looks like one.
        place: (sightings of one origin, taken, raced, placeholders of earlier origins) -> the placeholders of those
            that are minted; by default all, numbered by first appearance.
        spell: (match, placeholder) -> the placeholder in the spelling of the match.
    """

    name: str
    placeholder: Callable[[str, int], Key]
    looks: re.Pattern[str] = NEVER
    hint: str = ""
    key: Callable[[Match], Key | None] = re.Match.group
    place: Callable[[Sequence[Sighting], Taken, bool, Mapping[Key, Any]], Mapping[Key, Any]] | None = None
    spell: Callable[[Match, Any], str] = lambda _, placeholder: str(placeholder)

    def placed(self, sightings: Sequence[Sighting], taken: Taken, raced: Container[str]) -> Mapping[Key, Any]:
        """Key -> placeholder, for the values that are minted; `raced` are the origins whose requests overlapped."""
        placed: dict[Key, Any] = {}
        for origin in dict.fromkeys(one.origin for one in sightings):
            own = [one for one in sightings if one.origin == origin]
            if self.place:
                placed |= self.place(own, taken, origin in raced, placed)
            else:
                numbered = map(self.placeholder, itertools.repeat(origin), itertools.count(1))
                placed |= zip((one.key for one in own), (one for one in numbered if not taken(one)), strict=False)
        return placed


def _uuid(match: Match) -> Key | None:
    # RFC 9562 sections 5.9 and 5.10: the nil and the max UUID say that there is none.
    return match.group() if set(match.group().lower()) - {"-"} not in ({"0"}, {"f"}) else None


def _uuid_numbered(origin: str, number: int) -> Key:
    return f"{zlib.crc32(origin.encode()):08x}-0000-4000-8000-{number:012d}"


def _word_numbered(word: str) -> Callable[[str, int], Key]:
    return lambda origin, number: "-".join(filter(None, (word, origin, str(number))))


UUID = Kind("uuid", _uuid_numbered, looks=_UUID, hint="-", key=_uuid)
ETAG = Kind("etag", _word_numbered("etag"))
TOKEN = Kind("token", _word_numbered("token"))
INSTANT = Kind(
    "instant",
    instants.numbered,
    looks=instants.LOOKS,
    hint=":",
    key=instants.moment,
    place=instants.place,
    spell=instants.spelled,
)

KINDS = (UUID, ETAG, TOKEN, INSTANT)
