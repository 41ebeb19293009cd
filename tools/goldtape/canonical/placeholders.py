"""Replace minted values by stable placeholders, so that recording an unchanged service twice gives no diff.

A value that the client sent first is part of the test and stays. A value that a response shows first is minted, if it
has the look of one of the `kinds`, the name of an etag, or a rule of its system: a placeholder of its kind replaces it
everywhere in the test.

One mapping is used for the whole test, so equal values stay visibly equal; stabilising twice changes nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import repeat
from typing import Any

from goldtape.canonical.kinds import ETAG, INSTANT, KINDS, NEVER, Kind
from goldtape.canonical.sighting import Key, Match, Sighting
from goldtape.config import Volatile
from goldtape.exchange import paths
from goldtape.exchange.interaction import Interaction, Json
from goldtape.exchange.walk import change_interaction, request_leaves, response_leaves

_QUOTED = re.compile(r'"([^"]+)"')
_BY_NAME = {kind.name: kind for kind in KINDS}
_BY_LOOK = [kind for kind in KINDS if kind.looks is not NEVER]
# A test may use a value of its own that looks like one of these placeholders.
_NUMBERED = tuple(str(kind.placeholder("", 0)).rstrip("0") for kind in KINDS if kind.looks is NEVER)
# A shorter value without a look of its own could be any word: it is replaced only where a name or a rule tells it.
_TELLING_LENGTH = 8
_WORD = re.compile(rf"[0-9A-Za-z_-]{{{_TELLING_LENGTH},}}")


def stabilise(
    interactions: Sequence[Interaction],
    volatile: Sequence[Volatile] = (),
    *,
    raced: Container[str] = (),
    clock: Sequence[datetime | None] = (),
    origins: Sequence[str] = (),
) -> list[Interaction]:
    """Replace every minted value of one test by its placeholder.

    `interactions` are the whole test, in the order in which the requests started; `volatile` are the systems' rules.
    `clock` says when each request started, empty if that is not known: it tells a minted instant from one that is data.
    `origins` are those of the interactions, empty if all are the test's own. In `raced` ones, the order of instants is
    an outcome of the race: they are numbered by first appearance.
    """
    held = [_hold(one, volatile) for one in interactions]
    mint = _Mint(watched=set(_without_look(held, volatile)))
    for one, mint.now, mint.origin in zip(held, clock or repeat(None), origins or repeat(""), strict=False):
        for name, value in request_leaves(one.request):
            mint.sent(name, value)
        for value, kind in _by_path(one, volatile):
            mint.declared(value, kind)
        mint.ruled |= _by_clock(one, volatile)
        for name, value in response_leaves(one.response):
            mint.received(name, value)
    mint.place(raced)
    return [change_interaction(one, mint.change) for one in held]


@dataclass(slots=True)
class _Mint:
    """Who showed each value first, which values are minted, and their placeholders.

    `watched` are minted texts without a look of their own; every text is searched for them. `by_client` says of each
    value whether the client showed it first. `ruled` are the values of a rule, with the rule's kind; `now` is when the
    request started whose values are met, and `origin` its origin.
    """

    watched: set[str]
    now: datetime | None = None
    origin: str = ""
    by_client: dict[Key, bool] = field(default_factory=dict)
    minted: dict[Key, tuple[Kind, Sighting]] = field(default_factory=dict)
    ruled: dict[Key, str] = field(default_factory=dict)
    becomes: dict[Key, Any] = field(default_factory=dict)

    # ---------------------------------------------------------------- meeting values

    def sent(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        texts = [*self._watched_in(value), *(_etags_in(value) if _is_etag(name) else ())]
        if value.startswith(_NUMBERED):
            texts.append(value)
        for key in (*texts, *(key for _, _, key in _looking_in(value))):
            self.by_client.setdefault(key, True)

    def received(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        for text in self._watched_in(value):
            self.by_client.setdefault(text, False)
        if _is_etag(name) and (etags := _etags_in(value)):
            for etag in etags:
                self._keep(etag, ETAG)
            return
        for kind, match, key in _looking_in(value):
            self._keep(key, kind, match)

    def declared(self, value: str, kind: Kind) -> None:
        self.ruled[value] = kind.name
        self._keep(value, kind)

    def _watched_in(self, text: str) -> list[str]:
        return [word for word in (text, *_WORD.findall(text)) if word in self.watched] if self.watched else []

    def _keep(self, key: Key, kind: Kind, match: Match | None = None) -> None:
        if not self.by_client.setdefault(key, False) and key not in self.minted:
            self.minted[key] = kind, Sighting(key, match, self.now, self.ruled.get(key, ""), self.origin)

    # ---------------------------------------------------------------- replacing them

    def place(self, raced: Container[str]) -> None:
        for kind in KINDS:
            sightings = [sighting for its, sighting in self.minted.values() if its is kind]
            self.becomes |= kind.placed(sightings, self.by_client.get, raced)

    def change(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        bare = value.removeprefix("W/").strip('"')
        named = _is_etag(name)
        if bare in self.becomes and (named or bare in self.ruled or len(bare) >= _TELLING_LENGTH):
            start = value.rfind(bare)
            return f"{value[:start]}{self.becomes[bare]}{value[start + len(bare) :]}"
        if named:  # a condition can list several
            value = _QUOTED.sub(lambda m: f'"{self.becomes.get(m.group(1), m.group(1))}"', value)
        if self.watched:  # a link or a message can quote one
            value = _WORD.sub(lambda m: self.becomes.get(m.group(), m.group()), value)
        for kind in _BY_LOOK:
            if kind.hint in value:
                value = kind.looks.sub(partial(self._placeholder, kind), value)
        return value

    def _placeholder(self, kind: Kind, match: Match) -> str:
        placeholder = self.becomes.get(kind.key(match))
        return match.group() if placeholder is None else kind.spell(match, placeholder)


def _looking_in(text: str) -> Iterator[tuple[Kind, Match, Key]]:
    """The parts of a text that look like a value of some kind."""
    for kind in _BY_LOOK:
        for match in kind.looks.finditer(text) if kind.hint in text else ():
            if (key := kind.key(match)) is not None:
                yield kind, match, key


def _is_etag(name: str) -> bool:
    return name.lower().replace("_", "").replace("-", "") in ("etag", "ifmatch", "ifnonematch")


def _etags_in(value: str) -> list[str]:
    """The opaque parts of an etag, or of a condition that lists some."""
    bare = [] if value in ("", "*") else [value.removeprefix("W/")]
    return _QUOTED.findall(value) or bare


# ------------------------------------------------------------------ rules by path


def _hold(one: Interaction, rules: Sequence[Volatile]) -> Interaction:
    """Replace the scalars that a rule calls "constant", or that lie below its path, by 0, "" or False."""
    if not isinstance(one.response.body, Json):
        return one
    body: Any = one.response.body.value
    for rule in rules:
        if rule.kind == "constant" and rule.is_about(one.request.uri):
            body = paths.change(body, rule.path, _held)
    return replace(one, response=replace(one.response, body=Json(body)))


def _held(value: Any) -> Any:
    """The value without its figures: a list keeps its length and an object its keys, because these can be told."""
    if isinstance(value, dict):
        return {key: _held(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_held(item) for item in value]
    return value if value is None else type(value)()


def _by_path(one: Interaction, rules: Iterable[Volatile]) -> Iterator[tuple[str, Kind]]:
    """The texts of a response at the paths of the rules, with the kind that each rule names."""
    if not isinstance(one.response.body, Json):
        return
    for rule in rules:
        kind = _BY_NAME.get(rule.kind)
        if kind and kind is not INSTANT and rule.is_about(one.request.uri):
            for value in paths.find(one.response.body.value, rule.path):
                if isinstance(value, str) and value:
                    yield from ((text, kind) for text in (_etags_in(value) if kind is ETAG else [value]))


def _by_clock(one: Interaction, rules: Iterable[Volatile]) -> dict[Key, str]:
    """The instants of a response at the paths of the rules about instants, with what each rule says.

    An instant is found by its look. If a value under such a rule has no such look, goldens must show it.
    """
    if not isinstance(one.response.body, Json):
        return {}
    return {
        key: rule.kind
        for rule in rules
        if (rule.kind == INSTANT.name or rule.span is not None) and rule.is_about(one.request.uri)
        for value in paths.find(one.response.body.value, rule.path)
        if isinstance(value, str) and (match := INSTANT.looks.fullmatch(value)) and (key := INSTANT.key(match))
    }


def _without_look(interactions: Iterable[Interaction], rules: Sequence[Volatile]) -> Iterator[str]:
    """The minted texts that only a rule or the name of an etag tells, and that are replaced elsewhere too."""
    for one in interactions:
        yield from (value for value, _ in _by_path(one, rules))
        for name, value in response_leaves(one.response):
            if isinstance(value, str) and _is_etag(name):
                yield from (etag for etag in _etags_in(value) if len(etag) >= _TELLING_LENGTH)
