"""Clients of other libraries than httpx, over real sockets: what they send and receive is golden all the same.

Only in a live run (`pytest --live`): the stories need a server.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from .project import Project

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

LARGE = json.dumps(["x" * 50] * 3000).encode()
CLIENTS = """
import aiohttp
import pytest
import requests

@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session

@pytest.fixture
def shop(goldtape):
    return goldtape.url("shop")

async def test_aiohttp_redirect(session, shop):
    async with session.get(shop + "/moved") as answer:
        assert await answer.json() == {"a": 1}
        assert [one.status for one in answer.history] == [302]
    async with session.get(shop + "/packed") as answer:
        assert await answer.json() == {"a": 1}

async def test_aiohttp_with_a_base_url(shop):
    async with aiohttp.ClientSession(shop + "/under/") as session, session.get("packed?a=1") as answer:
        assert await answer.json() == {"a": 1}

async def test_aiohttp_large(session, shop):
    async with session.get(shop + "/large") as answer:
        assert len(await answer.json()) == 3000

async def test_aiohttp_json(session, shop):
    async with session.post(shop + "/packed", json={"a": 1}) as answer:
        assert answer.status == 200

async def test_aiohttp_form(session, shop):
    async with session.post(shop + "/packed", data={"a": "1", "password": "hush-hush"}) as answer:
        assert answer.status == 200

def test_requests(shop):
    assert requests.get(f"{shop}/packed").json() == requests.get(f"{shop}/moved").json() == {"a": 1}
    assert len(requests.get(f"{shop}/large").json()) == 3000
"""


OF_THE_SESSION = """
import aiohttp, pytest, pytest_asyncio, requests, urllib3

@pytest.fixture(scope="session")
def shop(goldtape):
    return goldtape.url("shop")

@pytest.fixture(scope="session")
def client(shop):
    with requests.Session() as client:
        assert client.get(f"{shop}/packed?at=login").ok
        yield client
        assert client.get(f"{shop}/packed?at=logout").ok

@pytest.fixture(scope="session")
def pool(shop):
    with urllib3.PoolManager() as pool:
        pool.request("GET", f"{shop}/packed?at=pool")
        yield pool

@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def session(shop):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{shop}/packed?at=session"):
            yield session
"""
IN_TESTS = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
def test_requests(client, shop, number):
    assert client.get(f"{shop}/packed?number={number}").json() == {"a": 1}

@pytest.mark.parametrize("number", [1, 2])
def test_urllib3(pool, shop, number):
    assert pool.request("GET", f"{shop}/packed?number={number}").json() == {"a": 1}

@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.asyncio(loop_scope="session")
async def test_aiohttp(session, shop, number):
    async with session.get(f"{shop}/packed?number={number}") as answer:
        assert await answer.json() == {"a": 1}
"""


class Answers(BaseHTTPRequestHandler):
    """Packed JSON, small and large, and an address that has moved."""

    def do_GET(self) -> None:
        """Answer by path."""
        self.path = self.path.partition("?")[0].removeprefix("/under")
        self.rfile.read(int(self.headers.get("content-length", 0)))
        moved = self.path == "/moved"
        body = b"" if moved else gzip.compress(LARGE if self.path == "/large" else b'{"a": 1}')
        self.send_response(302 if moved else 200)
        self.send_header("Content-Length", str(len(body)))
        if moved:
            self.send_header("Location", "/packed")
        else:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Nothing: the stories' output is pytest's."""


@pytest.fixture
def served(shop: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project beside a running server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("SHOP_URL", f"http://127.0.0.1:{server.server_port}")
    yield shop
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def recorded(served: Project) -> Project:
    """The project with its recordings, the server still running."""
    return served.add("tests/test_clients.py", CLIENTS).add("tests/conftest.py", "").record()


def test_what_aiohttp_and_requests_received_replays(recorded: Project) -> None:
    """Redirects that the client follows by itself, packed answers and large ones; recording again gives no diff."""
    assert recorded.outcomes == {"passed": 6}
    assert recorded.replay().outcomes == {"passed": 6}
    assert "uri: http://shop.test/under/packed?a=1\n" in recorded.golden(
        "cassettes/test_clients/test_aiohttp_with_a_base_url.yaml"
    )
    assert recorded.record().changed == []
    shown = json.loads(recorded.golden("snapshots/test_clients/test_aiohttp_redirect.json"))["exchanges"]
    assert [(one["request"], one["status"]) for one in shown] == [
        ("GET /moved", 302),
        ("GET /packed", 200),
        ("GET /packed", 200),
    ]


@pytest.mark.parametrize(
    ("old", "new", "test"),
    [
        pytest.param('json={"a": 1}', 'json={"a": 2}', "test_aiohttp_json", id="json"),
        pytest.param('data={"a": "1"', 'data={"a": "2"', "test_aiohttp_form", id="form"),
    ],
)
def test_a_body_that_aiohttp_has_yet_to_encode_is_matched_by_its_values(
    recorded: Project, old: str, new: str, test: str
) -> None:
    """aiohttp hands over the mapping itself; its names alone are not the request."""
    replayed = recorded.edit("tests/test_clients.py", old, new).replay()

    assert list(replayed.reports) == [test]
    assert b"hush-hush" not in b"".join(recorded.goldens.values())


def test_a_client_of_the_session_is_heard_by_the_tape_of_whoever_uses_it(served: Project) -> None:
    """Its pool keeps connections from the set-up of the fixture; what a test sends over them is the test's."""
    project = served.add("tests/conftest.py", OF_THE_SESSION).add("tests/test_clients.py", IN_TESTS)

    recorded = project.record()

    assert recorded.outcomes == {"passed": 6}, recorded.output
    for name, queries in {
        "@client": [{"at": "login"}, {"at": "logout"}],
        "@pool": [{"at": "pool"}],
        "@session": [{"at": "session"}],
        "test_clients/test_requests[2]": [{"number": "2"}],
        "test_clients/test_urllib3[2]": [{"number": "2"}],
        "test_clients/test_aiohttp[2]": [{"number": "2"}],
    }.items():
        shown = json.loads(recorded.golden(f"snapshots/{name}.json"))
        assert [one["query"] for one in (*shown["exchanges"], *shown.get("afterwards", ()))] == queries, name
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 6}, []), again.output
