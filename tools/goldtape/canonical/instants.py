"""Instants: which of a test the service has minted, and what stands for each of them. All others are data and stay.

An instant is minted if one of these holds; the first that does decides.

    rule       a rule of its system says "instant"; or "in 1h", and it is that far from the clock
    relation   it has the microseconds of an instant near the clock: it keeps its exact distance to that one
    near       it was written during the test, or not long before: the order of such instants is kept
    counted    it has the microseconds of others, so all were counted from a clock that nobody showed: it keeps its
               distance to the clock, in whole minutes

A placeholder is at 2000-01-01, or as far from that day as the instant is from the clock. Its microseconds are its
number in the order of time. Offset and precision keep their form, because a client can depend on them. A wider fixture
has an earlier day of its own; an instant of a test can have a relation to one of a fixture too.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from goldtape.canonical.sighting import Key, Match, Sighting, Taken
from goldtape.config import span_of

# RFC 3339 section 5.6; services also write a space instead of the T, and leave out the offset.
LOOKS = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?(?![\d:])")
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

# Between the spans that people choose (60 s, 90 s, 2 min), so that a slow answer moves none over the border.
_NEAR = timedelta(seconds=100)
_NOW = timedelta(seconds=4)
# Made-up data have made-up microseconds, the same ones everywhere, but lie further off.
_COUNTED = timedelta(days=7)
_MINUTE = timedelta(minutes=1)
# Fractions are written in these numbers of digits; a service that cuts off zeros at the end now and then has fewer.
_DIGITS = (0, 3, 6, 7, 9)
_FINE = 6
# The days of wider fixtures begin in 1918; that of a test, which has no name as an origin, is the last.
_DAYS = 30_000


def moment(match: Match) -> datetime | None:
    """The moment in UTC, a text without an offset read as UTC; None if it only looks like one."""
    day, _, clock, fraction, offset = match.groups()
    zone = "+00:00" if offset in (None, "Z") else offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
    micros = (fraction or ".0")[1:7].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def numbered(origin: str, number: int) -> datetime:
    """The placeholder with a number."""
    return _day(origin) + timedelta(microseconds=number)


def _day(origin: str) -> datetime:
    return EPOCH - timedelta(days=zlib.crc32(origin.encode()) % _DAYS)


def spelled(match: Match, placed: datetime) -> str:
    """A placeholder in the spelling of the instant that it stands for."""
    _, separator, _, fraction, offset = match.groups()
    zone = "" if offset is None else offset
    if offset and offset != "Z":
        sign = -1 if offset[0] == "-" else 1
        placed += sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:]))
    digits = f"{placed:%f}".ljust(_DIGITS[-1], "0")[: _digits(fraction)]
    return f"{placed:%Y-%m-%d}{separator}{placed:%H:%M:%S}{'.' if digits else ''}{digits}{zone}"


def _digits(fraction: str | None) -> int:
    count = len(fraction or ".") - 1
    return min(digits for digits in _DIGITS if digits >= count)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An instant beside the clock.

    `moment` is the true one, also if the text names no zone and its writer has a local one. `off` is how far it lies
    before (negative) or after the time from the first request of the test to the one whose response shows it.
    """

    key: Key
    moment: datetime
    fine: bool
    off: timedelta
    minted: bool

    @property
    def near(self) -> bool:
        return self.minted or abs(self.off) <= _NEAR

    @property
    def now(self) -> bool:
        return abs(self.off) <= _NOW

    @property
    def micros(self) -> int:
        """The microseconds; 0 if the instant has none, or too few digits to tell it from others."""
        return self.moment.microsecond if self.fine else 0


def place(sightings: Sequence[Sighting], taken: Taken, raced: bool, earlier: Mapping[Key, Any]) -> dict[Key, datetime]:
    """The placeholder of each minted instant; data have none.

    Without a clock (no sighting has a time) all instants count as near. If requests are `raced`, their order is an
    outcome of the race, and numbers follow first appearance. `earlier` are the placeholders of wider fixtures: one that
    has the microseconds of such an instant, and was not written just now, keeps its exact distance to that.
    """
    origin = sightings[0].origin if sightings else ""
    started = min((one.at for one in sightings if one.at), default=None)
    all_seen = [_beside_the_clock(one, started) for one in sightings if span_of(one.rule) is None]
    related = {
        one.key: placed + (one.moment - moment)
        for one in all_seen
        for moment, placed in earlier.items()
        if isinstance(moment, datetime) and one.micros and one.micros == moment.microsecond and not one.now
    }
    seen = [one for one in all_seen if one.key not in related]
    fine = [one for one in seen if one.fine]
    shown = _leading(one for one in fine if one.near)
    hidden = _leading(_counted(one for one in fine if not one.near and one.micros not in shown))
    leading = {**hidden, **shown}
    data = {one.key for one in seen if not one.near and one.micros not in leading}
    numbers = map(numbered, itertools.repeat(origin), itertools.count(1))
    free = (one for one in numbers if not taken(one) and one not in data)

    moments = dict.fromkeys(one.moment for one in fine if one.now or (one.near and shown.get(one.micros, one) is one))
    stands = dict(zip(moments if raced else sorted(moments), free, strict=False))
    stands |= {one.moment: next(free) + _MINUTE * round(one.off / _MINUTE) for one in hidden.values()}

    placed = related | {one.key: _day(origin) for one in seen if one.near and not one.fine}
    for one in fine:
        if one.moment in stands:
            placed[one.key] = stands[one.moment]
        elif lead := leading.get(one.micros):
            placed[one.key] = stands[lead.moment] + (one.moment - lead.moment)
    for sighting in sightings:
        if (span := span_of(sighting.rule)) is not None and _is_kept(sighting, span):
            placed[sighting.key] = _day(origin) + span
    return placed


def _beside_the_clock(one: Sighting, started: datetime | None) -> _Seen:
    assert isinstance(one.key, datetime)
    assert one.match
    own, at = one.key, one.at or one.key
    first = started or own
    moments = [own] if one.match.group(5) else [own, own - (at.utcoffset() or timedelta())]
    moment, off = min(((moment, _off(moment, first, at)) for moment in moments), key=lambda pair: abs(pair[1]))
    if abs(off) > _NEAR:  # nothing says that it is local time
        moment, off = own, _off(own, first, at)
    return _Seen(one.key, moment, _digits(one.match.group(4)) >= _FINE, off, minted=one.rule == "instant")


def _off(moment: datetime, first: datetime, last: datetime) -> timedelta:
    return moment - first if moment < first else max(moment - last, timedelta())


def _leading(fine: Iterable[_Seen]) -> dict[int, _Seen]:
    """Microseconds -> the instant from which others that have them were counted: the one nearest to the clock."""
    found: dict[int, _Seen] = {}
    for one in sorted(fine, key=lambda one: abs(one.off)):
        if one.micros:
            found.setdefault(one.micros, one)
    return found


def _counted(far: Iterable[_Seen]) -> list[_Seen]:
    """Those that were counted from a clock: not too far from it, and with others that have the same microseconds."""
    nearer = [one for one in far if abs(one.off) <= _COUNTED]
    moments = Counter(micros for micros, _ in {(one.micros, one.moment) for one in nearer})
    return [one for one in nearer if moments[one.micros] > 1]


def _is_kept(one: Sighting, span: timedelta) -> bool:
    """Whether an instant is as far from the clock as its rule says."""
    assert isinstance(one.key, datetime)
    return one.at is None or abs(one.key - one.at - span) <= _NEAR
