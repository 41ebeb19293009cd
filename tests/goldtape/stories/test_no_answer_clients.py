"""Clients that get no answer, over real sockets: in replay each raises the error that it raised in the live run.

Only in a live run (`pytest --live`): the stories need a server, one that hangs, hangs up, or is gone.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from .project import Project

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

TESTS = """
import asyncio
import http.client
import urllib.error
import urllib.request

import aiohttp
import httpx
import pytest
import requests
import urllib3

# client -> the errors that it raises when the service hangs, hangs up half-way, resets, and is gone
ERRORS = {
    "httpx": (httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError, httpx.ConnectError),
    "httpx-async": (httpx.ReadTimeout, httpx.RemoteProtocolError, httpx.ReadError, httpx.ConnectError),
    "requests": (requests.ReadTimeout, requests.ConnectionError, requests.ConnectionError, requests.ConnectionError),
    "urllib3": (
        urllib3.exceptions.ReadTimeoutError,
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.ProtocolError,
        urllib3.exceptions.NewConnectionError,
    ),
    "urllib": (TimeoutError, http.client.IncompleteRead, ConnectionResetError, ConnectionRefusedError),
    "aiohttp": (
        aiohttp.SocketTimeoutError, aiohttp.ClientPayloadError, aiohttp.ClientOSError, aiohttp.ClientConnectorError
    ),
    "aiohttp-total": (TimeoutError, aiohttp.ClientPayloadError, aiohttp.ClientOSError, aiohttp.ClientConnectorError),
}

def ask(client, url):
    if client == "httpx":
        httpx.get(url, timeout=0.5, trust_env=False)
    elif client == "requests":
        requests.get(url, timeout=0.5)
    elif client == "urllib3":
        urllib3.PoolManager(retries=False).request("GET", url, timeout=0.5)
    elif client == "urllib":
        urllib.request.urlopen(url, timeout=0.5)
    else:
        asyncio.run(ask_later(client, url))

async def ask_later(client, url):
    if client == "httpx-async":
        async with httpx.AsyncClient(timeout=0.5, trust_env=False) as session:
            await session.get(url)
    else:
        limits = {"total": 0.5} if client == "aiohttp-total" else {"total": 60, "sock_read": 0.5}
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(**limits)) as session:
            await session.get(url)

@pytest.mark.parametrize("way", ["hang", "half", "reset", "gone"])
@pytest.mark.parametrize("client", ERRORS)
def test_silent(goldtape, client, way):
    error = ERRORS[client][["hang", "half", "reset", "gone"].index(way)]
    url = goldtape.url("gone" if way == "gone" else "shop")
    with pytest.raises(error) as raised:
        ask(client, f"{url}/{way}")
    assert type(raised.value) is error
"""
SHOWN = {
    "httpx": ["ReadTimeout after 0.5 s", "RemoteProtocolError", "ReadError", "ConnectError"],
    "httpx-async": ["ReadTimeout after 0.5 s", "RemoteProtocolError", "ReadError", "ConnectError"],
    "requests": ["TimeoutError after 0.5 s", "ProtocolError", "ConnectionResetError", "NewConnectionError"],
    "urllib3": ["TimeoutError after 0.5 s", "ProtocolError", "ConnectionResetError", "NewConnectionError"],
    "urllib": ["TimeoutError after 0.5 s", "IncompleteRead", "ConnectionResetError", "ConnectionRefusedError"],
    "aiohttp": ["SocketTimeoutError after 0.5 s", "ClientPayloadError", "ClientOSError", "ClientConnectorError"],
    "aiohttp-total": ["TimeoutError after 0.5 s", "ClientPayloadError", "ClientOSError", "ClientConnectorError"],
}
GONE = '\n[tool.goldtape.systems.gone]\nhost = "http://gone.test"\nurl-env = "GONE_URL"\n\n[tool.pytest.ini_options]'


class Silent:
    """A server that answers no request: it hangs, ends an answer half-way, or resets the connection."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.hanging: list[socket.socket] = []
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        """One connection after the other, until the socket is shut down."""
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                self.treat(connection)

    def treat(self, connection: socket.socket) -> None:
        """Do as the path of the request says."""
        path = connection.recv(65536).split(b" ")[1]
        if path == b"/hang":
            self.hanging.append(connection)
        elif path == b"/half":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")
            connection.close()
        elif path == b"/reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            connection.close()
        else:
            connection.sendall(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
            connection.close()

    def stop(self) -> None:
        """Serve no more."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()
        for connection in self.hanging:
            connection.close()


@pytest.fixture
def silent(shop: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project whose service answers nothing, and with an address at which nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # kept bound, so that nobody else listens there
        server = Silent()
        monkeypatch.setenv("SHOP_URL", f"http://127.0.0.1:{server.port}")
        monkeypatch.setenv("GONE_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        project = shop.configure("\n[tool.pytest.ini_options]", GONE)
        yield project.add("tests/test_clients.py", TESTS).add("tests/conftest.py", "")
        server.stop()


def test_every_client_raises_in_replay_what_it_raised_live(silent: Project) -> None:
    """Timeouts, broken answers, resets and refused connections; recording again gives no diff."""
    recorded = silent.record()

    assert recorded.outcomes == {"passed": 28}
    assert recorded.replay().outcomes == {"passed": 28}
    assert recorded.verify().outcomes == {"passed": 28}
    assert recorded.record().changed == []
    for client, texts in SHOWN.items():
        for number, way in enumerate(["hang", "half", "reset", "gone"]):
            [one] = json.loads(recorded.golden(f"snapshots/test_clients/test_silent[{client}-{way}].json"))["exchanges"]
            assert (client, one["no-answer"]) == (client, texts[number])


def test_another_client_than_the_recorded_one_gets_an_error_of_python(silent: Project) -> None:
    """It knows no class of that name."""
    recorded = silent.record("-k", "httpx and not async")

    replayed = recorded.edit("tests/test_clients.py", 'if client == "httpx"', 'if client == "nobody"').edit(
        "tests/test_clients.py", 'client == "requests"', 'client == "httpx"'
    )

    reports = replayed.replay("-k", "httpx and not async").output
    assert "TimeoutError: ReadTimeout after 0.5 s, as recorded" in reports
    assert "ConnectionError: ConnectError, as recorded" in reports
