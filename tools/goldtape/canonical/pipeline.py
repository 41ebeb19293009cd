"""The one way from captured interactions to canonical ones, with the rules of the configured systems."""

from __future__ import annotations

import itertools
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from goldtape.canonical.addresses import Substitution, substitute
from goldtape.canonical.cookies import lasting
from goldtape.canonical.placeholders import stabilise
from goldtape.canonical.races import Race, settle
from goldtape.canonical.redaction import Redactor
from goldtape.canonical.secret_names import SECRET_HEADERS, SecretNames
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Side
from goldtape.exchange.uri import stored_uri

REQUEST_HEADERS = frozenset(
    {"content-type", "if-match", "if-none-match", "authorization", "idempotency-key", "prefer", "range"}
)
RESPONSE_HEADERS = frozenset(
    {"content-type", "etag", "location", "retry-after", "allow", "www-authenticate", "link", "set-cookie"}
)


@dataclass(frozen=True, slots=True)
class Captured:
    """A captured interaction.

    `lane` is one object for all requests of a concurrent block. `overlapped`: when this request started, an earlier one
    had no response yet. `at` is the time of its start, with a zone; None if it is not known.
    """

    interaction: Interaction
    lane: object | None = None
    overlapped: bool = False
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """The names of the request headers that matter: those of a list, and every secret one, whose value is removed.

    A service notices a credential that is missing, so that one was sent is part of a golden.
    """

    listed: frozenset[str]
    secret: SecretNames

    def __contains__(self, name: object) -> bool:
        return name in self.listed or name in SECRET_HEADERS or str(name) in self.secret


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The rules of a project's systems, for the tests in the folder `home`.

    The folder has the name of the system under test. Field names that a system declares harmless are so in its own
    tests only; in tests of no one system, those of all systems are. Names that a system declares secret are so in all
    tests, because a test can talk to several systems.

    `met` are the secrets that have come by.
    """

    config: Config
    home: str = ""
    met: set[str] = field(default_factory=set, compare=False)

    def canonical(
        self, captured: Sequence[Captured], substitutions: Sequence[Substitution], races: Sequence[Race]
    ) -> list[Interaction]:
        """A test's interactions as goldens hold them.

        They have no live address, no secret, only headers that matter, and placeholders for minted values. `captured`
        is in the order in which the requests started, `races` in the order of declaration.
        """
        addressed = [replace(one, interaction=substitute(_lasting(one), substitutions)) for one in captured]
        ordered = self._by_actor(addressed)
        interactions = [self._select(one) for one in self.redactor().redact([one.interaction for one in ordered])]
        for race in races:
            interactions = settle(interactions, race)
        volatile = [rule for system in self.config.systems.values() for rule in system.volatile]
        # If requests overlap, the order of the server's instants is noise.
        raced = bool(races) or any(one.overlapped for one in captured)
        return stabilise(interactions, volatile, raced=raced, clock=_clock(ordered))

    def redactor(self) -> Redactor:
        """A new redactor, for one test."""
        return Redactor(self._secret_names(), self.met)

    def hide(self, text: str) -> str:
        """A text beside the exchanges, such as a test's id or a log, without the secrets that have come by."""
        return self.redactor().redact_text(text, frozenset(self.met))

    def public(self) -> list[str]:
        """The field names that are declared harmless."""
        systems = self.config.systems
        about = [systems[self.home]] if self.home in systems else systems.values()
        return [name for system in about for name in system.public]

    def request_headers(self, uri: str) -> RequestHeaders:
        """The names of the request headers that matter for a URI."""
        system = self.config.system_of(uri)
        listed = REQUEST_HEADERS.union((*system.request_headers, system.actor) if system else ())
        return RequestHeaders(listed, self._secret_names())

    def actor(self, one: Interaction) -> str:
        """The sender of a request: the value of its actor header, or else of the authorization."""
        system = self.config.system_of(one.request.uri)
        headers = one.request.headers
        return headers.get(system.actor if system else "", headers.get("authorization", ""))

    def _secret_names(self) -> SecretNames:
        secrets = [name for system in self.config.systems.values() for name in system.secrets]
        return SecretNames(secrets, self.public())

    def _select(self, one: Interaction) -> Interaction:
        system = self.config.system_of(one.request.uri)
        received = RESPONSE_HEADERS.union(system.response_headers if system else ())
        request = replace(_only(self.request_headers(one.request.uri), one.request), uri=stored_uri(one.request.uri))
        return Interaction(request, _only(received, one.response))

    def _by_actor(self, captured: Sequence[Captured]) -> list[Captured]:
        """Sort the interactions of each lane by actor; they come one after the other."""
        ordered: list[Captured] = []
        for lane, together in itertools.groupby(captured, key=lambda one: one.lane):
            sequence = list(together)
            ordered += sequence if lane is None else sorted(sequence, key=lambda one: self.actor(one.interaction))
        return ordered


def _clock(captured: Sequence[Captured]) -> list[datetime | None]:
    """When each request started; one whose time is not known came with the last known one."""
    known: list[datetime | None] = []
    for one in captured:
        known.append(one.at or (known[-1] if known else None))
    return known


def _lasting(one: Captured) -> Interaction:
    """The interaction, its cookies free of dates."""
    response = one.interaction.response
    if "set-cookie" not in response.headers:
        return one.interaction
    cookies = lasting(response.headers["set-cookie"], one.at)
    return replace(one.interaction, response=replace(response, headers={**response.headers, "set-cookie": cookies}))


def _only(names: Container[str], side: Side) -> Side:
    return replace(side, headers={name: side.headers[name] for name in sorted(side.headers) if name in names})
