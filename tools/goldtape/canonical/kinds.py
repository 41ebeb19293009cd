"""The kinds of values that a server mints: how each looks, how its placeholder is spelled, how it is numbered.

    uuid      00000000-0000-4000-8000-000000000001, ...2 by first appearance
    etag      etag-1, etag-2 by first appearance; quotes and W/ stay around it
    token     token-1, token-2 by first appearance; only a rule says that a value is one
    instant   2000-01-01T00:00:01.000000Z, ...:02 in their true order; the spelling of the instant is kept

A new kind is a new row of KINDS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

# In front of it can be a percent-encoded character, as in a link: ?filter=id%3D6f1ed002-...
_UUID = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2}))[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
# RFC 3339 section 5.6, with a space for the T and without an offset allowed, as services do write them.
_INSTANT = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?(?![\d:])")
_NEVER = re.compile(r"(?!)")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Key = Hashable
"""What makes two values the same: their text, or the moment that two spellings of an instant mean."""
Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of minted value.

    Attributes:
        name: What a rule calls it: `as = "uuid"`.
        placeholder: Number -> the key of the placeholder, which a test's own values must not equal.
        names: Plain names of headers and fields whose values are of this kind.
        looks: How it looks in any text; by default only a name or a rule can tell.
        hint: A character that every such text holds.
        key: Match -> what the value is told by, None for what only looks like one.
        apart: Match -> whether the value can be told from others; if not, its number is 0.
        ordered: It is numbered in its true order, not by first appearance.
        spell: (match, number) -> the placeholder, written as the match is.
    """

    name: str
    placeholder: Callable[[int], Any]
    names: frozenset[str] = frozenset()
    looks: re.Pattern[str] = _NEVER
    hint: str = ""
    key: Callable[[Match], Key | None] = re.Match.group
    apart: Callable[[Match], bool] = bool
    ordered: bool = False
    spell: Callable[[Match, int], str] | None = None

    def written(self, match: Match, number: int) -> str:
        """The placeholder that comes in place of a match."""
        return self.spell(match, number) if self.spell else str(self.placeholder(number))


def _moment(match: Match) -> datetime | None:
    day, _, clock, fraction, offset = match.groups()
    zone = "+00:00" if offset in (None, "Z") else offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
    micros = (fraction or ".0")[1:7].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{zone}")
    except ValueError:
        return None


def _is_fine(match: Match) -> bool:
    # Instants with less than microseconds cannot be told apart reliably from one recording to the next: two writes
    # fall into the same second, or do not.
    return len(match.group(4) or "") > len(".00000")


def _spelled(match: Match, number: int) -> str:
    """The instant of a number in the spelling of the match, always in UTC."""
    _, separator, _, fraction, offset = match.groups()
    when = _EPOCH + timedelta(seconds=number)
    zone = "" if offset is None else "Z" if offset == "Z" else "+00:00" if ":" in offset else "+0000"
    zeros = "." + "0" * (len(fraction) - 1) if fraction else ""
    return f"{when:%Y-%m-%d}{separator}{when:%H:%M:%S}{zeros}{zone}"


UUID = Kind("uuid", "00000000-0000-4000-8000-{:012d}".format, looks=_UUID, hint="-")
ETAG = Kind("etag", "etag-{}".format, names=frozenset({"etag", "ifmatch", "ifnonematch"}))
TOKEN = Kind("token", "token-{}".format)
INSTANT = Kind(
    "instant",
    lambda number: _EPOCH + timedelta(seconds=number),
    looks=_INSTANT,
    hint=":",
    key=_moment,
    apart=_is_fine,
    ordered=True,
    spell=_spelled,
)

KINDS = (UUID, ETAG, TOKEN, INSTANT)
