"""A proxy between a client and a service, which changes one response of each test; a process of its own.

It must not run inside pytest, where vcrpy has its hands in every HTTP client.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, ClassVar
from urllib.parse import urlsplit

from bench.sensitivity.mutations import Answer, Seen, mutate

TIMEOUT_S = 120
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "upgrade", "host"})
"""Headers of one hop (RFC 9110 section 7.6.1), and those that the proxy writes itself."""


@dataclass(slots=True)
class Order:
    """What is to be done in one test: the response, counted from 1, and the seed of the change; 0 for none."""

    response: int = 0
    seed: str = ""
    answered: int = 0
    seen: Seen = field(default_factory=Seen)
    done: dict[str, Any] = field(default_factory=dict)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    order: ClassVar[Order] = Order()
    lock: ClassVar[threading.Lock] = threading.Lock()
    target: ClassVar[str] = ""

    def _pass_on(self) -> None:
        sent = self.rfile.read(int(self.headers.get("content-length", 0)))
        parts = urlsplit(self.target)
        upstream = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
        headers = {name: text for name, text in self.headers.items() if name.lower() not in _HOP}
        upstream.request(self.command, parts.path + self.path, sent or None, headers)
        received = upstream.getresponse()
        told = {name.lower(): text for name, text in received.getheaders() if name.lower() not in _HOP}
        answer = self._changed(Answer(received.status, told, received.read()))
        upstream.close()
        self.send_response_only(answer.status)
        for name, text in (answer.headers | {"content-length": str(len(answer.body))}).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = _pass_on

    def _changed(self, answer: Answer) -> Answer:
        with self.lock:
            order = _Handler.order
            order.answered += 1
            found = None
            if order.response and order.answered >= order.response and not order.done:
                found = mutate(answer, order.seen, random.Random(order.seed))
            order.seen.note(answer)
            if not found:
                return answer
            name, changed, what = found
            order.done = {"mutation": name, "what": what, "request": f"{self.command} {self.path}"}
            return changed

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _serve(targets: Mapping[str, str], orders: Connection) -> None:
    servers = {}
    for name, url in targets.items():
        handler = type("Handler", (_Handler,), {"target": url})
        servers[name] = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=servers[name].serve_forever, daemon=True).start()
    orders.send({name: f"http://127.0.0.1:{server.server_port}" for name, server in servers.items()})
    while (given := orders.recv()) is not None:
        with _Handler.lock:
            done, _Handler.order = _Handler.order.done, Order(*given)
        orders.send(done)


class Proxies:
    """The proxies of a system's targets: `urls` says where they listen."""

    def __init__(self, urls: Mapping[str, str], orders: Connection) -> None:
        self.urls, self._orders = urls, orders

    def order(self, response: int = 0, seed: str = "") -> dict[str, Any]:
        """Say what to do next; returns what was done since the last order: nothing, or the change and its request."""
        self._orders.send((response, seed))
        done: dict[str, Any] = self._orders.recv()
        return done


@contextmanager
def proxies(targets: Mapping[str, str]) -> Iterator[Proxies]:
    """Run a proxy before each target (name -> base URL)."""
    context = get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(targets, there), daemon=True)
    process.start()
    try:
        yield Proxies(here.recv(), here)
    finally:
        here.send(None)
        process.join(5)
        process.terminate()
