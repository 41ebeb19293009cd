"""What the configured systems say about one interaction, and the one way from raw interactions to canonical ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from goldtape.canonical.addresses import Substitution, substitute
from goldtape.canonical.placeholders import stabilise
from goldtape.canonical.races import Race, settle
from goldtape.canonical.redaction import Redactor
from goldtape.canonical.secret_names import SecretNames
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction

REQUEST_HEADERS = frozenset(
    {"content-type", "if-match", "if-none-match", "authorization", "idempotency-key", "prefer", "range"}
)
RESPONSE_HEADERS = frozenset({"content-type", "etag", "location", "retry-after", "allow", "www-authenticate", "link"})


@dataclass(frozen=True, slots=True)
class Captured:
    """An interaction as it was captured.

    `lane` is the same object for all requests of one concurrent block. `overlapped` says that another request was on
    its way when this one started.
    """

    interaction: Interaction
    lane: object | None = None
    overlapped: bool = False


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The rules of a project's systems, for the tests of one; each question names the URI or interaction it is about.

    `home` is the folder of the tests, which is the name of the system they are about. What a system declares harmless
    is so in its own tests only; tests of no system in particular take what any of them says. What a system
    declares secret is so everywhere, because one test can talk to several.
    """

    config: Config
    home: str = ""

    def canonical(
        self, captured: Sequence[Captured], substitutions: Sequence[Substitution], races: Sequence[Race]
    ) -> list[Interaction]:
        """What goldens hold: no address, no secret, only headers that matter, placeholders for what was minted.

        Args:
            captured: A test's interactions in the order of the start of each request.
            substitutions: Live texts and what stands for them.
            races: What the test declared to be a race, in order.
        """
        addressed = [replace(one, interaction=substitute(one.interaction, substitutions)) for one in captured]
        interactions = [self._select(one) for one in self.redactor().redact(self._by_actor(addressed))]
        for race in races:
            interactions = settle(interactions, race)
        volatile = [rule for system in self.config.systems.values() for rule in system.volatile]
        # Of requests on their way together, the true order of the server's instants is noise.
        return stabilise(interactions, volatile, raced=bool(races) or any(one.overlapped for one in captured))

    def redactor(self) -> Redactor:
        """A redactor for one test, with the names that the systems add and spare."""
        secrets = [name for system in self.config.systems.values() for name in system.secrets]
        return Redactor(SecretNames(secrets, self.public()))

    def public(self) -> list[str]:
        """The field names declared harmless."""
        systems = self.config.systems
        about = [systems[self.home]] if self.home in systems else systems.values()
        return [name for system in about for name in system.public]

    def request_headers(self, uri: str) -> frozenset[str]:
        """The names of the request headers that matter for a URI."""
        system = self.config.system_of(uri)
        return REQUEST_HEADERS.union((*system.request_headers, system.actor) if system else ())

    def actor(self, one: Interaction) -> str:
        """Who sent a request: the system's actor header, or else the authorization."""
        system = self.config.system_of(one.request.uri)
        headers = one.request.headers
        return headers.get(system.actor if system else "", headers.get("authorization", ""))

    def _select(self, one: Interaction) -> Interaction:
        system = self.config.system_of(one.request.uri)
        sent = self.request_headers(one.request.uri)
        received = RESPONSE_HEADERS.union(system.response_headers if system else ())
        return Interaction(
            replace(one.request, headers=_only(one.request.headers, sent)),
            replace(one.response, headers=_only(one.response.headers, received)),
        )

    def _by_actor(self, captured: Sequence[Captured]) -> list[Interaction]:
        """Put the interactions of each lane into the order of their actors, in the places that the lane has."""
        ordered = [one.interaction for one in captured]
        lanes: dict[int, list[int]] = {}
        for place, one in enumerate(captured):
            if one.lane is not None:
                lanes.setdefault(id(one.lane), []).append(place)
        for places in lanes.values():
            settled = sorted((ordered[place] for place in places), key=self.actor)
            for place, interaction in zip(places, settled, strict=True):
                ordered[place] = interaction
        return ordered


def _only(headers: Mapping[str, str], names: frozenset[str]) -> dict[str, str]:
    return {name: headers[name] for name in sorted(headers) if name in names}
