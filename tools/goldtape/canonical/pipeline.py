"""The one way from captured interactions to canonical ones, with the rules of the configured systems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from goldtape.canonical import headers
from goldtape.canonical.addresses import Substitution, substitute, substituting
from goldtape.canonical.concurrency import Captured, in_order
from goldtape.canonical.cookies import at_home, lasting, without_quotes
from goldtape.canonical.headers import RequestHeaders
from goldtape.canonical.placeholders import stabilise
from goldtape.canonical.races import Race, settle
from goldtape.canonical.redaction import Redactor
from goldtape.canonical.secret_names import SecretNames
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction
from goldtape.exchange.uri import stored_uri


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
        is in the order in which the requests started, `races` in the order of declaration. Those of wider fixtures come
        first: what they showed keeps the names that it has in their goldens.
        """
        addressed = [replace(one, interaction=_canonical_address(one, substitutions)) for one in captured]
        ordered = in_order(addressed, self.actor)
        origins = [one.origin for one in ordered]
        redacted = self.redactor().redact([one.interaction for one in ordered], origins)
        interactions = [self._select(one) for one in redacted]
        text = substituting(substitutions)  # a test declares the values that it has, which are live ones
        for race in races:
            interactions = settle(interactions, replace(race, values=tuple(map(text, race.values))))
        volatile = [rule for system in self.config.systems.values() for rule in system.volatile]
        # If requests overlap, the order of the server's instants is noise.
        raced = {one.origin for one in captured if one.overlapped} | {race.origin for race in races}
        return stabilise(interactions, volatile, raced=raced, clock=_clock(ordered), origins=origins)

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
        return headers.of_requests(self.config.system_of(uri), self._secret_names())

    def actor(self, one: Interaction) -> str:
        """The sender of a request: the value of its actor header, or else of the authorization."""
        system = self.config.system_of(one.request.uri)
        sent = one.request.headers
        return sent.get(system.actor if system else "", sent.get("authorization", ""))

    def _secret_names(self) -> SecretNames:
        secrets = [name for system in self.config.systems.values() for name in system.secrets]
        return SecretNames.of(tuple(secrets), tuple(self.public()))

    def _select(self, one: Interaction) -> Interaction:
        received = headers.of_responses(self.config.system_of(one.request.uri))
        sent = headers.only(self.request_headers(one.request.uri), one.request)
        return Interaction(replace(sent, uri=stored_uri(one.request.uri)), headers.only(received, one.response))


def _clock(captured: Sequence[Captured]) -> list[datetime | None]:
    """When each request started; one whose time is not known came with the last known one."""
    known: list[datetime | None] = []
    for one in captured:
        known.append(one.at or (known[-1] if known else None))
    return known


def _canonical_address(one: Captured, substitutions: Sequence[Substitution]) -> Interaction:
    """The interaction without its live address, its cookies without dates and quotes too."""
    found = substitute(one.interaction, substitutions)
    request, response = found.request, found.response
    if "cookie" in request.headers:
        sent = without_quotes(request.headers["cookie"])
        request = replace(request, headers={**request.headers, "cookie": sent})
    if "set-cookie" in response.headers:
        received = at_home(response.headers["set-cookie"], one.interaction.request.uri, request.uri)
        received = without_quotes(lasting(received, one.at))
        response = replace(response, headers={**response.headers, "set-cookie": received})
    return Interaction(request, response)
