"""The network guard: a replay reaches nothing, not even the loopback interface; a live run reaches its targets only.

It listens to the audit events (PEP 578) that the interpreter raises before each call of its own socket module: TCP, UDP
and name look-ups, from any library that is written in Python. It does not stop what goes past that module: a child
process, and C code with sockets of its own, such as libcurl, librdkafka, libpq in psycopg's binary, gRPC, uvloop or a
call through ctypes. CI proves that part from outside, in a namespace without a network.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from typing import Any

from goldtape.config import Config

_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"})


class NetworkBlocked(RuntimeError):
    """A test tried to use the network and may not; the message names the peer."""


# Allowed hosts, or None for all; the last rule holds. The audit hook needs them, and a hook cannot be removed.
_rules: list[frozenset[str] | None] = []
# For each rule the peers of the connections that were made under it.
_peers: list[list[str]] = []


@cache
def _install() -> None:
    sys.addaudithook(_check)


def _check(event: str, arguments: tuple[Any, ...]) -> None:
    allowed = _rules[-1] if _rules else None
    if allowed is None:
        return
    if event in _SENDS:
        family = getattr(arguments[0], "family", None)
        if family in (socket.AF_INET, socket.AF_INET6) and isinstance(arguments[1], tuple):
            peer = f"{arguments[1][0]}:{arguments[1][1]}"
            _refuse_unless(allowed, arguments[1][0], peer)
            _peers[-1].append(peer)
    elif event in _LOOK_UPS and arguments[0] is not None:
        name = arguments[0][0] if isinstance(arguments[0], tuple) else arguments[0]
        _refuse_unless(allowed, name, f"the name {_text(name)!r}")


def _refuse_unless(allowed: frozenset[str], host: Any, peer: str) -> None:
    if _text(host) in allowed or (allowed and _is_loopback(_text(host))):
        return
    if allowed:
        raise NetworkBlocked(
            f"live run: {peer} is not a target of [tool.goldtape.systems]; only {', '.join(sorted(allowed))} are"
        )
    raise NetworkBlocked(
        f"replay: no network, and {peer} was asked for\n"
        "next: send it through the client of a system fixture, so that its cassette can answer; "
        "a test that must have the network carries @pytest.mark.allow_network"
    )


def only(hosts: Iterable[str]) -> AbstractContextManager[Sequence[str]]:
    """Allow these host names, their addresses, and loopback beside them; nothing at all when `hosts` is empty.

    The context gives the peers ("127.0.0.1:8080") that are connected to inside it, as they come.
    """
    return _ruled(frozenset(name for host in hosts for name in (host, *_addresses(host))))


def unguarded() -> AbstractContextManager[Sequence[str]]:
    """Lift the guard."""
    return _ruled(None)


@contextmanager
def _ruled(rule: frozenset[str] | None) -> Iterator[Sequence[str]]:
    _install()
    _rules.append(rule)
    _peers.append([])
    try:
        yield _peers[-1]
    finally:
        _rules.pop()
        _peers.pop()


@cache
def _addresses(host: str) -> frozenset[str]:
    try:
        with unguarded():  # a run of pytest inside another one is under the guard of the outer run
            return frozenset(str(entry[4][0]) for entry in socket.getaddrinfo(host, None))
    except OSError:
        return frozenset()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _text(host: Any) -> str:
    return host.decode() if isinstance(host, bytes) else str(host)


def guard(config: Config, live: bool) -> AbstractContextManager[Sequence[str]]:
    """The guard of a run: nothing may be reached, or if it is live, the targets."""
    if not live:
        return only(())
    from goldtape.live import target  # it takes time, and a replay has no targets

    return only(target.reachable(config))
