"""The network guard: in replay nothing leaves the process, loopback included; live, only the targets are reached.

It listens to the interpreter's own audit events (PEP 578), which every socket call raises before it happens, whichever
library made it: TCP, UDP and name look-ups alike. A child process is out of its reach; CI proves that part from
outside, in a namespace without a network.
"""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

_SENDS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})


class NetworkBlocked(RuntimeError):
    """Something tried to use the network where it may not; the message names the peer."""


@dataclass(slots=True)
class _Guard:
    """The state behind the audit hook, which, once added, stays for the life of the process."""

    installed: bool = False
    rules: list[frozenset[str] | None] = field(default_factory=list)

    def check(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.rules or self.rules[-1] is None:
            return
        if event in _SENDS:
            family = getattr(arguments[0], "family", None)
            if family in (socket.AF_INET, socket.AF_INET6) and isinstance(arguments[1], tuple):
                self._refuse_unless_allowed(arguments[1][0], f"{arguments[1][0]}:{arguments[1][1]}")
        elif event in _LOOK_UPS and arguments[0] is not None:
            self._refuse_unless_allowed(arguments[0], f"the name {_text(arguments[0])!r}")

    def _refuse_unless_allowed(self, host: Any, peer: str) -> None:
        allowed = self.rules[-1]
        if allowed is None or _text(host) in allowed or (allowed and _is_loopback(_text(host))):
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


_guard = _Guard()


@contextmanager
def only(hosts: Iterable[str]) -> Iterator[None]:
    """Allow these host names and their addresses (and loopback beside them); none at all when empty."""
    allowed = {name for host in hosts for name in (host, *_addresses(host))}
    with _ruled(frozenset(allowed)):
        yield


@contextmanager
def unguarded() -> Iterator[None]:
    """Lift the guard for a test that says so."""
    with _ruled(None):
        yield


@contextmanager
def _ruled(rule: frozenset[str] | None) -> Iterator[None]:
    if not _guard.installed:
        sys.addaudithook(_guard.check)
        _guard.installed = True
    _guard.rules.append(rule)
    try:
        yield
    finally:
        _guard.rules.pop()


@cache
def _addresses(host: str) -> frozenset[str]:
    try:
        with unguarded():  # a run inside a run asks while the outer one's guard stands
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
