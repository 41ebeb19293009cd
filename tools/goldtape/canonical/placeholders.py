"""Server-minted values -> stable placeholders, so that recording an unchanged service twice gives no diff.

Provenance decides: a value that the client sent first is part of the test and stays. A value that first appears in a
response is replaced, everywhere in the test, by a placeholder of its kind (`kinds`). Its look says which, or the name
of its header or field, or a rule of its system.

One mapping serves the whole test, so equal values stay visibly equal and `stabilise(stabilise(x)) == stabilise(x)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from goldtape.canonical.kinds import ETAG, KINDS, Key, Kind
from goldtape.config import Volatile
from goldtape.exchange import paths
from goldtape.exchange.interaction import Interaction, Json
from goldtape.exchange.walk import change_interaction, request_leaves, response_leaves

_QUOTED = re.compile(r'"([^"]+)"')
_BY_NAME = {kind.name: kind for kind in KINDS}
_BY_LOOK = [kind for kind in KINDS if kind.hint]
# A test may use a value of its own that looks like one of these placeholders.
_NUMBERED = tuple(str(kind.placeholder(0)).rstrip("0") for kind in KINDS if not kind.hint)
# A shorter value without a shape of its own is replaced where a name or a rule says what it is, not wherever it occurs.
_TELLING_LENGTH = 8
_WORD = re.compile(rf"[0-9A-Za-z_-]{{{_TELLING_LENGTH},}}")


def stabilise(
    interactions: Sequence[Interaction], volatile: Iterable[Volatile] = (), *, raced: bool = False
) -> list[Interaction]:
    """Replace every server-minted volatile value of one test by its placeholder.

    Args:
        interactions: The whole test, in the order of the start of each request.
        volatile: The systems' rules for paths whose values have no look of their own.
        raced: The test races requests against each other, so the true order of instants is an outcome of the
            race: they are numbered by first appearance instead.

    Returns:
        New interactions; the values that did not change are shared with the old ones.
    """
    volatile = list(volatile)
    held = [_hold(one, volatile) for one in interactions]
    mint = _Mint(watched=set(_without_look(held, volatile)))
    for one in held:
        for name, value in request_leaves(one.request):
            mint.sent(name, value)
        for value, kind in _by_path(one, volatile):
            mint.declared(value, kind)
        for name, value in response_leaves(one.response):
            mint.received(name, value)
    mint.number(raced)
    return [change_interaction(one, mint.change) for one in held]


@dataclass(slots=True)
class _Mint:
    """Which volatile values were seen, who showed each first, and what each becomes.

    `watched` are the values that become placeholders for their place: who shows them first is noted wherever it is.
    `alike` are values that cannot be told apart.
    """

    watched: set[str]
    client: set[Key] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)
    minted: dict[Key, Kind] = field(default_factory=dict)
    alike: set[Key] = field(default_factory=set)
    ruled: set[str] = field(default_factory=set)
    numbers: dict[Key, int] = field(default_factory=dict)
    becomes: dict[Key, str] = field(default_factory=dict)

    # ---------------------------------------------------------------- who showed what first

    def sent(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if value in self.watched or value.startswith(_NUMBERED):
            self._claim(value)
        for word in self._watched_in(value):
            self._claim(word)
        for inner in _etags_in(value) if _plain(name) in ETAG.names else ():
            self._claim(inner)
        for kind in _BY_LOOK:
            for match in kind.looks.finditer(value):
                self._claim(kind.key(match))

    def received(self, name: str, value: Any) -> None:
        if not isinstance(value, str):
            return
        if value in self.watched:
            self.heard.add(value)
        self.heard.update(self._watched_in(value))
        if _plain(name) in ETAG.names and (found := _etags_in(value)):
            for inner in found:
                self._keep(inner, ETAG)
            return
        for kind in _BY_LOOK:
            for match in kind.looks.finditer(value):
                if kind.apart(match):
                    self._keep(kind.key(match), kind)
                elif (key := kind.key(match)) is not None and key not in self.client:
                    self.alike.add(key)

    def declared(self, value: str, kind: Kind) -> None:
        self.ruled.add(value)
        self._keep(value, kind)

    def _watched_in(self, text: str) -> Iterator[str]:
        if self.watched:
            yield from filter(self.watched.__contains__, _WORD.findall(text))

    def _claim(self, key: Key) -> None:
        if not (key is None or key in self.heard or key in self.minted or key in self.alike):
            self.client.add(key)

    def _keep(self, key: Key, kind: Kind) -> None:
        if key is not None and key not in self.client:
            self.minted.setdefault(key, kind)

    # ---------------------------------------------------------------- what each becomes

    def number(self, raced: bool) -> None:
        for kind in KINDS:
            keys: list[Any] = [key for key, its in self.minted.items() if its is kind]
            number = 0
            for key in sorted(keys) if kind.ordered and not raced else keys:
                number += 1
                while kind.placeholder(number) in self.client:  # the test uses this very value for something of its own
                    number += 1
                self.numbers[key] = number
                self.becomes[key] = str(kind.placeholder(number))

    def change(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        bare = value.removeprefix("W/").strip('"')
        named = _plain(name) in ETAG.names
        if bare in self.becomes and (named or bare in self.ruled or len(bare) >= _TELLING_LENGTH):
            start = value.rfind(bare)
            return f"{value[:start]}{self.becomes[bare]}{value[start + len(bare) :]}"
        if named:  # a condition can list several
            value = _QUOTED.sub(lambda m: f'"{self.becomes.get(m.group(1), m.group(1))}"', value)
        if self.watched:  # a link or a message that quotes one
            value = _WORD.sub(lambda m: self.becomes.get(m.group(), m.group()), value)
        for kind in _BY_LOOK:
            if kind.hint in value:
                value = kind.looks.sub(partial(self._placeholder, kind), value)
        return value

    def _placeholder(self, kind: Kind, match: re.Match[str]) -> str:
        key = kind.key(match)
        if key in self.numbers and kind.apart(match):
            return kind.written(match, self.numbers[key])
        return kind.written(match, 0) if key in self.alike else match.group()


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _etags_in(value: str) -> list[str]:
    """The opaque parts of an etag, or of a condition that lists some."""
    bare = [] if value in ("", "*") else [value.removeprefix("W/")]
    return _QUOTED.findall(value) or bare


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


def _by_path(one: Interaction, rules: Iterable[Volatile]) -> Iterator[tuple[str, Kind]]:
    """The texts of a response to which rules lead, with the kind that each rule names."""
    if isinstance(one.response.body, Json):
        for rule in rules:
            # An instant is found by its look; a value that is none stays and shows.
            kind = _BY_NAME.get(rule.kind)
            if kind and not kind.ordered and rule.is_about(one.request.uri):
                for value in paths.find(one.response.body.value, rule.path):
                    if isinstance(value, str) and value:
                        yield from ((text, kind) for text in (_etags_in(value) if kind is ETAG else [value]))


def _without_look(interactions: Iterable[Interaction], rules: Sequence[Volatile]) -> Iterator[str]:
    """The values that a rule or the name of an etag makes volatile, and that are replaced elsewhere too."""
    for one in interactions:
        yield from (value for value, _ in _by_path(one, rules))
        for name, value in response_leaves(one.response):
            if isinstance(value, str) and _plain(name) in ETAG.names:
                yield from (inner for inner in _etags_in(value) if len(inner) >= _TELLING_LENGTH)
