"""Logins by cookie, over TLS and real sockets: what the jar of a client sent back live, it sends back in replay.

Only in a live run (`pytest --live`): the stories need a server.
"""

from __future__ import annotations

import datetime
import ipaddress
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from .project import Project

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

CLIENTS = """
import os
import ssl

import aiohttp
import httpx
import pytest
import requests

CA = os.environ["SSL_CERT_FILE"]

@pytest.fixture
def shop(goldtape):
    return goldtape.url("shop")

def story(get, post):
    assert get("/me") == 401
    assert post("/login") == 200
    assert get("/me") == 200
    assert get("/settings/all") == 200
    assert post("/logout") == 200
    assert get("/me") == 401
    assert get("/settings/all") == 200
    assert post("/enter") == 200
    assert get("/me") == 200

def test_httpx(shop):
    with httpx.Client(base_url=shop, verify=ssl.create_default_context(cafile=CA), follow_redirects=True) as client:
        story(lambda path: client.get(path).status_code, lambda path: client.post(path).status_code)

def test_requests(shop):
    with requests.Session() as session:
        story(lambda path: session.get(shop + path).status_code, lambda path: session.post(shop + path).status_code)

async def test_aiohttp(shop):
    context, jar = ssl.create_default_context(cafile=CA), aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as session:
        asked = []
        for method, path in CALLS:
            async with session.request(method, shop + path, ssl=context) as answer:
                asked.append(answer.status)
    assert asked == [401, 200, 200, 200, 200, 401, 200, 200, 200]

CALLS = [
    ("GET", "/me"), ("POST", "/login"), ("GET", "/me"), ("GET", "/settings/all"), ("POST", "/logout"), ("GET", "/me"),
    ("GET", "/settings/all"), ("POST", "/enter"), ("GET", "/me"),
]
"""


# What goldens say of the cookies -> how often in each cassette.
SET = {
    b"sid=[redacted-1]; Domain=shop.test; Max-Age=3600; HttpOnly; Path=/; Secure": 1,
    b"theme=[redacted-2]; Path=/settings; Secure": 1,
    b"sid=; Domain=shop.test; Max-Age=0; HttpOnly; Path=/; Secure": 1,
    b"sid=[redacted-3]; Domain=shop.test; Max-Age=3600; HttpOnly; Path=/; Secure": 1,
}


class Account(BaseHTTPRequestHandler):
    """An account that a cookie opens: one for this host, sent over TLS only; another is for the settings alone."""

    def do_GET(self) -> None:
        """Whether the cookies are there that the path asks for, and no others."""
        names = {part.partition("=")[0].strip() for part in self.headers.get("cookie", "").split(";")}
        known = names == {"sid"} if self.path == "/me" else "theme" in names
        self.answer(200 if known else 401)

    def do_POST(self) -> None:
        """Log in or out."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/login":
            sid, theme = secrets.token_hex(16), secrets.token_hex(4)
            self.answer(200, cookie("sid", sid, 3600), f"theme=dark-{theme}; Path=/settings; Secure")
        elif self.path == "/enter":
            self.answer(303, cookie("sid", secrets.token_hex(16), 3600))
        else:
            self.answer(200, cookie("sid", "", -365 * 86400))

    def answer(self, status: int, *cookies: str) -> None:
        """An empty answer that sets cookies; 303 leads to the page of the account."""
        self.send_response(status)
        self.send_header("Content-Length", "0")
        if status == 303:
            self.send_header("Location", "/me")
        for one in cookies:
            self.send_header("Set-Cookie", one)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the stories' output is pytest's."""


def cookie(name: str, value: str, lasts_s: int) -> str:
    """A `set-cookie` header for the host that the server runs on, with a date."""
    ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=lasts_s)
    date = format_datetime(ends, usegmt=True)
    return f"{name}={value}; Domain=127.0.0.1; Expires={date}; HttpOnly; Path=/; Secure"


@contextmanager
def serving(certificate: Path) -> Iterator[str]:
    """The server on a free port; yields its base URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Account)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A file with a new key and a certificate for 127.0.0.1 that is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return file


def test_a_login_by_a_secure_cookie_replays(shop: Project, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Set, sent where its path says, and removed; the goldens keep its attributes, and are those of any port."""
    for variable in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(variable, str(certificate))
    project, recordings = shop.add("tests/test_account.py", CLIENTS).add("tests/conftest.py", ""), []
    for _ in range(2):
        with serving(certificate) as url:
            monkeypatch.setenv("SHOP_URL", url)
            recordings.append(project.record())

    recorded, again = recordings
    assert recorded.outcomes == {"passed": 3}, recorded.output
    replayed = recorded.replay()
    assert replayed.outcomes == {"passed": 3}, replayed.output
    assert recorded.goldens == again.goldens
    cassettes = [text for path, text in recorded.goldens.items() if path.startswith("cassettes/")]
    for set_cookie, count in SET.items():
        assert [text.count(set_cookie) for text in cassettes] == [count] * 3
