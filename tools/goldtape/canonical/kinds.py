"""The kinds of values that a server mints: how to find them, number them and write their placeholders.

    uuid      00000000-0000-4000-8000-000000000001, ...2 by first appearance
    etag      etag-1, etag-2 by first appearance; quotes and W/ are kept
    token     token-1, token-2 by first appearance; only a rule says that a value is a token
    instant   2000-01-01T00:00:01.000000Z, ...:02 in order of time; separator, precision and offset keep their form

A new kind is a new row of KINDS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from goldtape.exchange import walk

# A percent-encoded character can come directly before it, as in a link: ?filter=id%3D6f1ed002-...
_UUID = re.compile(rf"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{{2}})){walk.UUID}(?![0-9A-Za-z])")
# RFC 3339 section 5.6; services also write a space instead of the T, and leave out the offset.
_INSTANT = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?(?![\d:])")
_NEVER = re.compile(r"(?!)")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Key = Hashable
"""Two values with equal keys are one value: the key is the text, or for an instant the moment."""
Match = re.Match[str]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of minted value.

    Attributes:
        name: Its name in rules: `as = "uuid"`.
        placeholder: Number -> the key of the placeholder; a number whose key the test uses itself is left out.
        looks: The pattern of such values in any text; none by default, then only a name or a rule can tell.
        hint: A character that every match of `looks` contains.
        key: Match -> the key of the value, None if it only looks like one.
        apart: Match -> whether the text is precise enough to tell the value from others; if not, its number is 0.
        ordered: Numbers are in the order of the keys, not of first appearance.
        spell: (match, number) -> the placeholder in the spelling of the match.
    """

    name: str
    placeholder: Callable[[int], Any]
    looks: re.Pattern[str] = _NEVER
    hint: str = ""
    key: Callable[[Match], Key | None] = re.Match.group
    apart: Callable[[Match], bool] = bool
    ordered: bool = False
    spell: Callable[[Match, int], str] | None = None

    def written(self, match: Match, number: int) -> str:
        """The placeholder for a match."""
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
    # With less than microseconds, two writes have equal instants in one recording and different ones in the next.
    return len(match.group(4) or "") > len(".00000")


def _spelled(match: Match, number: int) -> str:
    """The instant with this number in the spelling of the match, always in UTC."""
    _, separator, _, fraction, offset = match.groups()
    when = _EPOCH + timedelta(seconds=number)
    zone = "" if offset is None else "Z" if offset == "Z" else "+00:00" if ":" in offset else "+0000"
    zeros = "." + "0" * (len(fraction) - 1) if fraction else ""
    return f"{when:%Y-%m-%d}{separator}{when:%H:%M:%S}{zeros}{zone}"


UUID = Kind("uuid", "00000000-0000-4000-8000-{:012d}".format, looks=_UUID, hint="-")
ETAG = Kind("etag", "etag-{}".format)
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
