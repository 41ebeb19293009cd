"""The headers that matter: a standard list, those that a system's table adds, and every secret one of a request.

They alone are kept in goldens, and requests are matched by them. A table adds names with `request-headers` and
`response-headers` (see `config`).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace

from goldtape.canonical.secret_names import SECRET_HEADERS, SecretNames
from goldtape.config import System
from goldtape.exchange.interaction import Side

REQUEST_HEADERS = frozenset(
    {"content-type", "if-match", "if-none-match", "authorization", "idempotency-key", "prefer", "range"}
)
RESPONSE_HEADERS = frozenset(
    {"content-type", "etag", "location", "retry-after", "allow", "www-authenticate", "link", "set-cookie"}
)


@dataclass(frozen=True, slots=True)
class RequestHeaders:
    """The names of the request headers that matter: those of a list, and every secret one, whose value is removed.

    A service notices a credential that is missing, so that one was sent is part of a golden.
    """

    listed: frozenset[str]
    secret: SecretNames

    def __contains__(self, name: object) -> bool:
        return name in self.listed or name in SECRET_HEADERS or str(name) in self.secret


def of_requests(system: System | None, secret: SecretNames) -> RequestHeaders:
    """The names of the request headers that matter for a system; None is a foreign host."""
    return RequestHeaders(REQUEST_HEADERS.union((*system.request_headers, system.actor) if system else ()), secret)


def of_responses(system: System | None) -> frozenset[str]:
    """The names of the response headers that matter for a system; None is a foreign host."""
    return RESPONSE_HEADERS.union(system.response_headers if system else ())


def only(names: Container[str], side: Side) -> Side:
    """A request or response with these headers only, in alphabetical order."""
    return replace(side, headers={name: side.headers[name] for name in sorted(side.headers) if name in names})
