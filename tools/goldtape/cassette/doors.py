"""The doors by which requests leave the clients: what a client raises there when it gets no answer.

vcrpy hears of requests and of answers, not of errors. So each of its stubs gets another one around it, which sees the
error of a live run as it leaves the client's connection, and lets it be raised there again in replay. The client makes
of it what it always does: requests turns a TimeoutError into its own ReadTimeout.

A door is a class of vcrpy's stubs or of the client's public interface for transports; aiohttp has none, and its door is
the method that vcrpy itself replaces.
"""

from __future__ import annotations

import builtins
import functools
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from inspect import iscoroutinefunction, unwrap
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol
from unittest import mock
from urllib.parse import urlsplit

import vcr.stubs

from goldtape.exchange.interaction import NO_ANSWER

Limit = Callable[[str, Sequence[Any], Mapping[str, Any]], Any]
"""(name of the error's class, arguments of the call) -> the limit in seconds that the client had set, None for none."""


@dataclass(frozen=True, slots=True)
class Call:
    """A client's call: the modules that have the classes of its errors, first come first, and how to find a limit."""

    modules: Sequence[str]
    limit: Callable[[str], Any] = lambda name: None

    def why(self, error: Exception) -> str:
        """The text of an error, such as "ReadTimeout after 6 s"; "" if it is none of the client's.

        The seconds are the limit, never a measured time, so the text is the same in every run.
        """
        for one in type(error).__mro__:
            if self._known(one.__name__) is one:
                limit = self.limit(one.__name__) if "Timeout" in one.__name__ else None
                why = f"{one.__name__} after {limit:g} s" if isinstance(limit, int | float) else one.__name__
                return why if NO_ANSWER.fullmatch(why) else ""
        return ""

    def error(self, why: str, uri: str) -> Exception:
        """The error that a text tells of, of the client's own class; else a TimeoutError or ConnectionError."""
        name, text = why.partition(" ")[0], f"{why}, as recorded"
        kind = self._known(name)
        parts = urlsplit(uri)
        place = SimpleNamespace(host=parts.hostname, port=parts.port, is_ssl=parts.scheme == "https", ssl=True)
        # A text is enough for most classes. Those of a failed connection want the place and what the system said.
        for arguments in ((text,), (place, OSError(text)), (parts.hostname, place, OSError(text))):
            try:
                if kind:
                    return kind(*arguments)
            except TypeError:
                continue
        return TimeoutError(text) if "Timeout" in name else ConnectionError(text)

    def _known(self, name: str) -> type[Exception] | None:
        """The class of this name; of Python's own, those about connections only."""
        for module in self.modules:
            found = getattr(sys.modules.get(module), name, None)
            root = OSError if module == builtins.__name__ else Exception
            if isinstance(found, type) and issubclass(found, root):
                return found
        return None


ANY = Call(("builtins",))
"""A call by a door that is not watched."""


class Watching(Protocol):
    """A cassette, as the doors need it."""

    def sending(self, call: Call) -> AbstractContextManager[None]:
        """The block in which the client's call runs."""


def _of_httpx(name: str, arguments: Sequence[Any], _: Mapping[str, Any]) -> Any:
    limits = arguments[1].extensions.get("timeout", {})
    return limits.get(name.removesuffix("Timeout").lower())  # ReadTimeout: "read"


def _of_aiohttp(name: str, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:
    given: Any = options.get("timeout")
    limits = given if hasattr(given, "total") else arguments[0].timeout
    if name == "ConnectionTimeoutError":
        return min(filter(None, (limits.connect, limits.sock_connect)), default=None)
    return limits.sock_read if name == "SocketTimeoutError" else limits.total


def _of_http_client(name: str, arguments: Sequence[Any], _: Mapping[str, Any]) -> Any:
    return arguments[0].real_connection.timeout  # under vcrpy, the limit for connecting is that for reading too


_HTTPX = (("httpx",), _of_httpx)
_HTTP_CLIENT = (("builtins", "http.client", "socket", "ssl", "urllib3.exceptions"), _of_http_client)
# Module, class, method; the modules of its errors, and their limits.
_DOORS: Sequence[tuple[str, str, str, tuple[Sequence[str], Limit]]] = (
    ("httpx", "HTTPTransport", "handle_request", _HTTPX),
    ("httpx", "AsyncHTTPTransport", "handle_async_request", _HTTPX),
    ("httpx", "MockTransport", "handle_request", _HTTPX),
    ("httpx", "MockTransport", "handle_async_request", _HTTPX),
    ("aiohttp", "ClientSession", "_request", (("aiohttp", "builtins"), _of_aiohttp)),
    # requests, urllib3, urllib and httplib2 all end here.
    (vcr.stubs.__name__, "VCRConnection", "getresponse", _HTTP_CLIENT),
)


@contextmanager
def watched(cassette: Watching) -> Iterator[None]:
    """Watch the doors of the clients that are here, around the stubs that vcrpy has put up for a cassette."""
    with ExitStack() as doors:
        for module, name, method, errors in _DOORS:
            client: ModuleType | None = sys.modules.get(module)  # vcrpy has imported those that are installed
            if client is not None:
                door = getattr(client, name)
                stub = _watched(getattr(door, method), cassette, *errors)
                doors.enter_context(mock.patch.object(door, method, stub))
        yield


def _with_whole_url(arguments: Sequence[Any]) -> Sequence[Any]:
    """The arguments with an absolute URL: aiohttp joins it with the base of its session beneath vcrpy only."""
    base = getattr(arguments[0], "_base_url", None)  # there is no public name for it
    if base is None or len(arguments) < 3:
        return arguments
    session, method, url, *others = arguments
    return (session, method, base.join(type(base)(url)), *others)


def _watched(send: Callable[..., Any], cassette: Watching, modules: Sequence[str], limit: Limit) -> Callable[..., Any]:
    def call(arguments: Sequence[Any], options: Mapping[str, Any]) -> Call:
        return Call(modules, lambda name: limit(name, arguments, options))

    @functools.wraps(send)
    async def send_later(*arguments: Any, **options: Any) -> Any:
        with cassette.sending(call(arguments, options)):
            return await send(*_with_whole_url(arguments), **options)

    @functools.wraps(send)
    def send_now(*arguments: Any, **options: Any) -> Any:
        with cassette.sending(call(arguments, options)):
            return send(*arguments, **options)

    return send_later if iscoroutinefunction(unwrap(send)) else send_now
