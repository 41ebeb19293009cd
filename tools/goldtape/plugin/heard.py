"""What one run has heard: its requests with their answers, and what was declared of them through the tape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from goldtape.canonical.addresses import Substitution, substitute, substituting
from goldtape.canonical.concurrency import Captured
from goldtape.canonical.pipeline import Pipeline
from goldtape.canonical.races import Race
from goldtape.cassette.base import TestCassette
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Json, Request, Response


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What a wider fixture has heard and declared while it was set up, for those that use it."""

    origin: str
    captured: Sequence[Captured]
    substitutions: Sequence[Substitution]
    races: Sequence[Race]


class Heard:
    """What the cassette of one run has heard.

    `origin` is the wider fixture that this is the run of, "" for a test. `asked` are the targets whose URL was asked
    for. `substitutions` and `races` are what has been declared so far, in order. `earlier` is what the wider fixtures
    that it uses have heard before, in the order of their set-up: values that they showed have their names from there.
    """

    def __init__(self, cassette: TestCassette, pipeline: Pipeline, origin: str = "") -> None:
        self.cassette, self.origin = cassette, origin
        self.asked: set[str] = set()
        self.substitutions: list[Substitution] = []
        self.races: list[Race] = []
        self.earlier: list[Earlier] = []
        self._pipeline = pipeline

    def race(self, values: Sequence[str], why: str) -> None:
        """Take in a race that begins here."""
        self.races.append(Race(self.cassette.position, tuple(values), why, self.origin))

    def use(self, earlier: Sequence[Earlier]) -> None:
        """Take in what wider fixtures have heard; each of them once."""
        self.earlier += [one for one in earlier if one not in self.earlier]

    @property
    def origins(self) -> list[str]:
        """The names that wider fixtures give to what they have shown."""
        own = [self.origin, _afterwards(self.origin)] if self.origin else []
        return [*(one.origin for one in self.earlier), *own]

    def interactions(self) -> list[Interaction]:
        """The interactions of this run, in canonical form."""
        return self.cassette.interactions(self._canonical)

    def value(self, value: Any) -> Any:
        """A JSON value in canonical form; it goes through the pipeline as a last response."""
        own = Captured(Interaction(Request("GET", "", {}), Response(200, "", {}, Json(value))))
        body = self.cassette.interactions(lambda captured: self._canonical([*captured, own]))[-1].response.body
        return body.value if isinstance(body, Json) else value

    def broken(self, config: Config) -> set[str]:
        """The names of the targets that have answered with a server error."""
        hosts = {urlsplit(one.request.uri).netloc for one in self.interactions() if one.response.status >= 500}
        targets = (one for system in config.systems.values() for one in system.targets)
        return {one.name for one in targets if urlsplit(one.host).netloc in hosts}

    def so_far(self) -> Earlier:
        """What those that use this fixture need to know of it."""
        captured: list[Captured] = []

        def keep(heard: Sequence[Captured]) -> list[Interaction]:
            captured.extend(self._with_origin(heard))
            return []

        self.cassette.interactions(keep)
        return Earlier(self.origin, captured, tuple(self.substitutions), tuple(self.races))

    def as_sent(self) -> list[Interaction]:
        """The interactions of this run with canonical addresses and without secrets; ids and times are the service's.

        For those who look into the service's own log, where goldens' placeholders are unknown.
        """
        own = self.so_far()
        parts = [*self.earlier, own]
        heard = [substitute(held.interaction, one.substitutions) for one in parts for held in one.captured]
        redacted = self._pipeline.redactor().redact(heard, [held.origin for one in parts for held in one.captured])
        return redacted[len(redacted) - len(own.captured) :]

    def text_as_sent(self, text: str) -> str:
        """A text beside the exchanges in the same form; after `as_sent`, which gets to know the secrets."""
        pairs = [pair for one in (*self.earlier, self.so_far()) for pair in one.substitutions]
        return self._pipeline.hide(substituting(pairs)(text))

    @property
    def has_sent(self) -> bool:
        """Whether a request came by, of this run or of a wider fixture that it uses."""
        return self.cassette.position > 0 or any(one.captured for one in self.earlier)

    def actor(self, one: Interaction) -> str:
        """The sender of a request, "" if it does not say."""
        return self._pipeline.actor(one)

    def _canonical(self, captured: Sequence[Captured]) -> list[Interaction]:
        before: list[Captured] = []
        substitutions: list[Substitution] = []
        races: list[Race] = []
        for one in (*self.earlier, Earlier(self.origin, self._with_origin(captured), self.substitutions, self.races)):
            races += [replace(race, start=race.start + len(before)) for race in one.races]
            substitutions += one.substitutions
            before += one.captured
        return self._pipeline.canonical(before, substitutions, races)[len(before) - len(captured) :]

    def _with_origin(self, captured: Sequence[Captured]) -> Sequence[Captured]:
        if not self.origin:
            return captured
        # The teardown has names of its own, because tests have used those of the set-up by then.
        body = len(captured) - self.cassette.afterwards
        after = _afterwards(self.origin)
        return [replace(one, origin=self.origin if place < body else after) for place, one in enumerate(captured)]


def _afterwards(origin: str) -> str:
    return f"{origin}-afterwards"
