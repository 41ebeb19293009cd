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
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from goldtape import paths
from goldtape.config import Volatile
from goldtape.interaction import Interaction, Json, Request, Response, leaves, rewrite

_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
# RFC 3339 section 5.6, with a space for the T and without an offset allowed, as services do write them.
_INSTANT = re.compile(r"(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)?(?![\d:])")
_ETAG = re.compile(r'^(W/)?("?)([^"]+)("?)$')
_ETAG_NAMES = frozenset({"etag", "ifmatch", "ifnonematch"})
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Change = Callable[[str, Any], Any]


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
    mint = _Mint(raced=raced)
    for one in held:
        for name, value in _request_leaves(one.request):
            mint.sent(name, value)
        for name, value in _response_leaves(one.response):
            mint.received(name, value)
    for value, kind in _by_path(held, volatile):
        mint.declared(value, kind)
    mint.number()
    return [
        Interaction(_change_request(one.request, mint.change), _change_response(one.response, mint.change))
        for one in held
    ]


@dataclass(slots=True)
class _Mint:
    """Which volatile values were seen, who showed each first, and what each becomes."""

    raced: bool
    client: set[str] = field(default_factory=set)
    uuids: dict[str, None] = field(default_factory=dict)
    etags: dict[str, None] = field(default_factory=dict)
    tokens: dict[str, None] = field(default_factory=dict)
    instants: dict[datetime, None] = field(default_factory=dict)
    coarse: set[str] = field(default_factory=set)
    client_instants: set[datetime] = field(default_factory=set)
    becomes: dict[str, str] = field(default_factory=dict)
    ranks: dict[datetime, int] = field(default_factory=dict)

    def sent(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        for uuid in _UUID.findall(value):
            if uuid not in self.uuids and uuid not in self.etags:
                self.client.add(uuid)
        if _plain(name) in _ETAG_NAMES and (inner := _inner_etag(value)) and inner not in self.etags:
            self.client.add(inner)
        for match in _INSTANT.finditer(value):
            when = _parse(match)
            if when and when not in self.instants and match.group() not in self.coarse:
                self.client.add(match.group())
                self.client_instants.add(when)

    def received(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if _plain(name) in _ETAG_NAMES and (inner := _inner_etag(value)):
            if inner not in self.client and inner not in self.uuids:
                self.etags.setdefault(inner)
            return
        for uuid in _UUID.findall(value):
            if uuid not in self.client and uuid not in self.etags:
                self.uuids.setdefault(uuid)
        for match in _INSTANT.finditer(value):
            when = _parse(match)
            if when is None or match.group() in self.client or when in self.client_instants:
                continue
            if _is_fine(match):
                self.instants.setdefault(when)
            else:
                self.coarse.add(match.group())

    def declared(self, value: str, kind: str) -> None:
        if value in self.client or value in self.uuids or value in self.etags:
            return
        if kind == "instant":
            return  # found by its shape; a value that is not an instant stays and shows
        {"uuid": self.uuids, "etag": self.etags, "token": self.tokens}[kind].setdefault(value)

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
        if _plain(name) in _ETAG_NAMES and (match := _ETAG.match(value)):
            inner = self.becomes.get(match.group(3))
            if inner is not None:
                return f"{match.group(1) or ''}{match.group(2)}{inner}{match.group(4)}"
        if value in self.becomes and len(value) >= 8:
            return self.becomes[value]
        if value in self.tokens:
            return self.becomes[value]
        if self.becomes and "-" in value:
            value = _UUID.sub(lambda m: self.becomes.get(m.group(), m.group()), value)
        if (self.ranks or self.coarse) and ":" in value:
            value = _INSTANT.sub(self._instant, value)
        return value

    def _instant(self, match: re.Match[str]) -> str:
        when = _parse(match)
        if match.group() in self.client or when is None:
            return match.group()
        if when in self.ranks and _is_fine(match):
            return _spell(match, self.ranks[when])
        return _spell(match, 0) if match.group() in self.coarse else match.group()


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _inner_etag(value: str) -> str | None:
    match = _ETAG.match(value)
    return match.group(3) if match and match.group(3) != "*" else None


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


# ------------------------------------------------------------------ where the values stand


def _request_leaves(request: Request) -> Iterator[tuple[str, Any]]:
    parts = urlsplit(request.uri)
    yield "", unquote(parts.path)
    yield from parse_qsl(parts.query)
    yield from request.headers.items()
    yield from leaves(request.body)


def _response_leaves(response: Response) -> Iterator[tuple[str, Any]]:
    yield from response.headers.items()
    yield from leaves(response.body)


def _change_request(request: Request, change: Change) -> Request:
    return replace(
        request,
        uri=_change_uri(request.uri, change),
        headers={name: change(name, value) for name, value in request.headers.items()},
        body=rewrite(request.body, change),
    )


def _change_response(response: Response, change: Change) -> Response:
    headers = {name: change(name, value) for name, value in response.headers.items()}
    return replace(response, headers=headers, body=rewrite(response.body, change))


def _change_uri(uri: str, change: Change) -> str:
    parts = urlsplit(uri)
    path = "/".join(_change_quoted(segment, change) for segment in parts.path.split("/"))
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    changed = [(name, change(name, value)) for name, value in pairs]
    query = parts.query if changed == pairs else urlencode(changed)
    return urlunsplit(parts._replace(path=path, query=query))


def _change_quoted(segment: str, change: Change) -> str:
    plain = unquote(segment)
    changed = change("", plain)
    # A placeholder holds unreserved characters only, so it needs no quoting of its own (RFC 3986 2.3).
    return segment if changed == plain else changed


# ------------------------------------------------------------------ rules by path


def _hold(one: Interaction, rules: Sequence[Volatile]) -> Interaction:
    """Put the constant of its type where a rule says "constant"."""
    constant = [rule.path for rule in rules if rule.kind == "constant"]
    if not constant or not isinstance(one.response.body, Json):
        return one
    body: Any = one.response.body.value
    for path in constant:
        body = paths.change(body, path, _zero)
    return replace(one, response=replace(one.response, body=Json(body)))


def _zero(value: Any) -> Any:
    return value if value is None else type(value)()


def _by_path(interactions: Iterable[Interaction], rules: Iterable[Volatile]) -> Iterator[tuple[str, str]]:
    numbered = [(rule.path, rule.kind) for rule in rules if rule.kind != "constant"]
    for one in interactions:
        if isinstance(one.response.body, Json):
            for path, kind in numbered:
                found = paths.find(one.response.body.value, path)
                yield from ((value, kind) for value in found if isinstance(value, str))
