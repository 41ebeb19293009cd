"""Server-minted values -> stable placeholders, so that recording an unchanged service twice gives no diff.

Provenance decides: a value that the client sent first is part of the test and stays. A value that first appears
in a response and has a volatile shape is replaced, everywhere in the test, by a placeholder of the same shape:

    UUID                  00000000-0000-4000-8000-000000000001, ...2 by first appearance
    ISO-8601 instant      2000-01-01T00:00:01.000000Z, ...:02 in their true order
    etag (by its place)   "etag-1", "etag-2" by first appearance, quotes and W/ kept
    configured path       as the rule says: uuid, instant, etag, token or a constant

Instants with less than microseconds cannot be told apart reliably from one recording to the next (two writes fall
into the same second, or do not), so they all become rank 0. One mapping serves the whole test, so equal
values stay visibly equal and `stabilise(stabilise(x)) == stabilise(x)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from goldtape.config import Volatile
from goldtape.exchange import paths
from goldtape.exchange.interaction import Interaction, Json
from goldtape.exchange.walk import change_interaction, request_leaves, response_leaves

# In front of it may stand a percent-encoded character, as in a link: ?filter=id%3D6f1ed002-...
_UUID = re.compile(
    r"(?:(?<![0-9A-Za-z])|(?<=%[0-9A-Fa-f]{2}))[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])"
)
# RFC 3339 section 5.6, with a space for the T and without an offset allowed, as services do write them.
_INSTANT = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?(?![\d:])")
_QUOTED = re.compile(r'"([^"]+)"')
_ETAG_NAMES = frozenset({"etag", "ifmatch", "ifnonematch"})
_NUMBERED = ("etag-", "token-")
# A shorter value without a shape of its own is replaced where a name or a rule says what it is, not wherever it occurs.
_TELLING_LENGTH = 8
_WORD = re.compile(rf"[0-9A-Za-z_-]{{{_TELLING_LENGTH},}}")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def stabilise(
    interactions: Sequence[Interaction], volatile: Iterable[Volatile] = (), *, raced: bool = False
) -> list[Interaction]:
    """Replace every server-minted volatile value of one test by its placeholder.

    Args:
        interactions: The whole test, in the order of the start of each request.
        volatile: The systems' rules for paths whose values have no shape of their own.
        raced: The test races requests against each other, so the true order of instants is an outcome of the
            race: they are numbered by first appearance instead.

    Returns:
        New interactions; the values that did not change are shared with the old ones.
    """
    volatile = list(volatile)
    held = [_hold(one, volatile) for one in interactions]
    mint = _Mint(raced=raced, watched=set(_without_shape(held, volatile)))
    for one in held:
        for name, value in request_leaves(one.request):
            mint.sent(name, value)
        for value, kind in _by_path(one, volatile):
            mint.declared(value, kind)
        for name, value in response_leaves(one.response):
            mint.received(name, value)
    mint.number()
    return [change_interaction(one, mint.change) for one in held]


@dataclass(slots=True)
class _Mint:
    """Which volatile values were seen, who showed each first, and what each becomes.

    `watched` are the values that become placeholders for their place: who shows them first is noted wherever it is.
    """

    raced: bool
    watched: set[str]
    client: set[str] = field(default_factory=set)
    client_instants: set[datetime] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    uuids: dict[str, None] = field(default_factory=dict)
    etags: dict[str, None] = field(default_factory=dict)
    tokens: dict[str, None] = field(default_factory=dict)
    instants: dict[datetime, None] = field(default_factory=dict)
    coarse: set[datetime] = field(default_factory=set)
    ruled: set[str] = field(default_factory=set)
    becomes: dict[str, str] = field(default_factory=dict)
    ranks: dict[datetime, int] = field(default_factory=dict)

    def sent(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if value in self.watched or value.startswith(_NUMBERED):
            self._claim(value)
        for word in self._watched_in(value):
            self._claim(word)
        for uuid in _UUID.findall(value):
            self._claim(uuid)
        if _plain(name) in _ETAG_NAMES:
            for inner in _etags_in(value):
                self._claim(inner)
        for match in _INSTANT.finditer(value):
            when = _parse(match)
            if when and when not in self.instants and when not in self.coarse:
                self.client_instants.add(when)

    def _watched_in(self, text: str) -> Iterator[str]:
        if self.watched:
            yield from filter(self.watched.__contains__, _WORD.findall(text))

    def _claim(self, value: str) -> None:
        if not (value in self.heard or value in self.uuids or value in self.etags or value in self.tokens):
            self.client.add(value)

    def received(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if value in self.watched:
            self.heard.add(value)
        self.heard.update(self._watched_in(value))
        if _plain(name) in _ETAG_NAMES and (found := _etags_in(value)):
            for inner in found:
                self._keep(inner, self.etags)
            return
        for uuid in _UUID.findall(value):
            self._keep(uuid, self.uuids)
        for match in _INSTANT.finditer(value):
            when = _parse(match)
            if when is None or when in self.client_instants:
                continue
            if _is_fine(match):
                self.instants.setdefault(when)
            else:
                self.coarse.add(when)

    def declared(self, value: str, kind: str) -> None:
        if kind == "instant":
            return  # found by its shape; a value that is not an instant stays and shows
        self.ruled.add(value)
        self._keep(value, {"uuid": self.uuids, "etag": self.etags, "token": self.tokens}[kind])

    def _keep(self, value: str, minted: dict[str, None]) -> None:
        if not any(value in known for known in (self.client, self.uuids, self.etags, self.tokens)):
            minted[value] = None

    def number(self) -> None:
        self._number(self.uuids, lambda n: f"00000000-0000-4000-8000-{n:012d}")
        self._number(self.etags, lambda n: f"etag-{n}")
        self._number(self.tokens, lambda n: f"token-{n}")
        rank = 0
        for when in self.instants if self.raced else sorted(self.instants):
            rank += 1
            while _EPOCH + timedelta(seconds=rank) in self.client_instants:
                rank += 1
            self.ranks[when] = rank

    def _number(self, values: Iterable[str], spell: Callable[[int], str]) -> None:
        number = 0
        for value in values:
            number += 1
            while spell(number) in self.client:  # the test uses this very value for something of its own
                number += 1
            self.becomes[value] = spell(number)

    def change(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        bare = value.removeprefix("W/").strip('"')
        named = _plain(name) in _ETAG_NAMES
        if bare in self.becomes and (named or bare in self.ruled or len(bare) >= _TELLING_LENGTH):
            start = value.rfind(bare)
            return f"{value[:start]}{self.becomes[bare]}{value[start + len(bare) :]}"
        if named:  # a condition can list several
            value = _QUOTED.sub(lambda m: f'"{self.becomes.get(m.group(1), m.group(1))}"', value)
        if self.watched:  # a link or a message that quotes one
            value = _WORD.sub(lambda m: self.becomes.get(m.group(), m.group()), value)
        if self.becomes and "-" in value:
            value = _UUID.sub(lambda m: self.becomes.get(m.group(), m.group()), value)
        if (self.ranks or self.coarse) and ":" in value:
            value = _INSTANT.sub(self._instant, value)
        return value

    def _instant(self, match: re.Match[str]) -> str:
        when = _parse(match)
        if when in self.ranks and _is_fine(match):
            return _spell(match, self.ranks[when])
        return _spell(match, 0) if when in self.coarse else match.group()


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _etags_in(value: str) -> list[str]:
    """The opaque parts of an etag, or of a condition that lists some."""
    bare = [] if value in ("", "*") else [value.removeprefix("W/")]
    return _QUOTED.findall(value) or bare


def _is_fine(match: re.Match[str]) -> bool:
    return len(match.group(4) or "") > len(".00000")


def _parse(match: re.Match[str]) -> datetime | None:
    day, _, clock, fraction, offset = match.groups()
    zone = "+00:00" if offset in (None, "Z") else offset if ":" in offset else f"{offset[:3]}:{offset[3:]}"
    micros = (fraction or ".0")[1:7].ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{zone}")
    except ValueError:
        return None


def _spell(match: re.Match[str], rank: int) -> str:
    """The placeholder of a rank in the spelling of the instant it stands for, always in UTC."""
    _, separator, _, fraction, offset = match.groups()
    when = _EPOCH + timedelta(seconds=rank)
    zone = "" if offset is None else "Z" if offset == "Z" else "+00:00" if ":" in offset else "+0000"
    zeros = "." + "0" * (len(fraction) - 1) if fraction else ""
    return f"{when:%Y-%m-%d}{separator}{when:%H:%M:%S}{zeros}{zone}"


# ------------------------------------------------------------------ rules by path


def _hold(one: Interaction, rules: Sequence[Volatile]) -> Interaction:
    """Put the constant of its type where a rule says "constant"."""
    constant = [rule.path for rule in rules if rule.kind == "constant" and rule.is_about(one.request.uri)]
    if not constant or not isinstance(one.response.body, Json):
        return one
    body: Any = one.response.body.value
    for path in constant:
        body = paths.change(body, path, _zero)
    return replace(one, response=replace(one.response, body=Json(body)))


def _zero(value: Any) -> Any:
    return value if value is None else type(value)()


def _by_path(one: Interaction, rules: Iterable[Volatile]) -> Iterator[tuple[str, str]]:
    """The texts of a response to which rules lead, with the class that each rule names."""
    if isinstance(one.response.body, Json):
        for rule in rules:
            if rule.kind != "constant" and rule.is_about(one.request.uri):
                for value in paths.find(one.response.body.value, rule.path):
                    if isinstance(value, str) and value:
                        inner = _etags_in(value) if rule.kind == "etag" else [value]
                        yield from ((text, rule.kind) for text in inner)


def _without_shape(interactions: Iterable[Interaction], rules: Sequence[Volatile]) -> Iterator[str]:
    """The values that a rule or the name of an etag makes volatile, and that are replaced elsewhere too."""
    for one in interactions:
        yield from (value for value, _ in _by_path(one, rules))
        for name, value in response_leaves(one.response):
            if isinstance(value, str) and _plain(name) in _ETAG_NAMES:
                yield from (inner for inner in _etags_in(value) if len(inner) >= _TELLING_LENGTH)
