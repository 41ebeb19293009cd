"""doors: the error of a client as a text, and the text as an error of the client."""

from __future__ import annotations

import http.client
import socket
import ssl
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
import pytest
import urllib3.exceptions

from goldtape.cassette.doors import ANY, Call, _of_aiohttp

HTTPX = Call(("httpx",), lambda name: {"ReadTimeout": 6, "ConnectTimeout": 0.25}.get(name))
AIOHTTP = Call(("aiohttp", "builtins"), lambda name: 6.0)
HTTP_CLIENT = Call(("builtins", "http.client", "socket", "ssl", "urllib3.exceptions"), lambda name: object())
URI = "http://shop.test:8080/v1/items"
KEY: Any = aiohttp.client_reqrep.ConnectionKey("shop.test", 8080, False, True, None, None, None)


class OwnReadError(httpx.ReadError):
    """A subclass that a project's own transport raises."""


@pytest.mark.parametrize(
    ("call", "error", "why"),
    [
        pytest.param(HTTPX, httpx.ReadTimeout("slow"), "ReadTimeout after 6 s", id="timeout"),
        pytest.param(HTTPX, httpx.ConnectTimeout("slow"), "ConnectTimeout after 0.25 s", id="fraction"),
        pytest.param(HTTPX, httpx.WriteTimeout("slow"), "WriteTimeout", id="no-limit"),
        pytest.param(HTTPX, httpx.ConnectError("127.0.0.1:4711 refused"), "ConnectError", id="refused"),
        pytest.param(HTTPX, OwnReadError("x"), "ReadError", id="subclass"),
        pytest.param(HTTPX, ConnectionError("x"), "", id="not-of-httpx"),
        pytest.param(AIOHTTP, TimeoutError(), "TimeoutError after 6 s", id="aiohttp-total"),
        pytest.param(AIOHTTP, aiohttp.SocketTimeoutError("x"), "SocketTimeoutError after 6 s", id="aiohttp-read"),
        pytest.param(AIOHTTP, aiohttp.ClientConnectorError(KEY, OSError("x")), "ClientConnectorError", id="aiohttp"),
        pytest.param(AIOHTTP, RuntimeError("x"), "", id="no-connection"),
        pytest.param(HTTP_CLIENT, TimeoutError("x"), "TimeoutError", id="limit-of-the-system"),
        pytest.param(HTTP_CLIENT, http.client.RemoteDisconnected("x"), "RemoteDisconnected", id="http.client"),
        pytest.param(HTTP_CLIENT, socket.gaierror("x"), "gaierror", id="no-name"),
        pytest.param(HTTP_CLIENT, ValueError("x"), "", id="bug"),
    ],
)
def test_an_error_is_told_by_its_class_and_limit(call: Call, error: Exception, why: str) -> None:
    """Its own text can hold an address, a port or a time, so none of it is kept."""
    assert call.why(error) == why


@pytest.mark.parametrize(
    ("call", "kind"),
    [
        *((HTTPX, kind) for kind in (httpx.ReadTimeout, httpx.PoolTimeout, httpx.ReadError, httpx.RemoteProtocolError)),
        *(
            (AIOHTTP, kind)
            for kind in (
                aiohttp.ServerDisconnectedError,
                aiohttp.ConnectionTimeoutError,
                aiohttp.ClientOSError,
                aiohttp.ClientConnectorError,
                aiohttp.ClientConnectorDNSError,
                aiohttp.ClientPayloadError,
            )
        ),
        *(
            (HTTP_CLIENT, kind)
            for kind in (
                TimeoutError,
                BrokenPipeError,
                socket.gaierror,
                ssl.SSLCertVerificationError,
                http.client.RemoteDisconnected,
                http.client.IncompleteRead,
                http.client.BadStatusLine,
                urllib3.exceptions.NewConnectionError,
                urllib3.exceptions.ConnectTimeoutError,
                urllib3.exceptions.NameResolutionError,
            )
        ),
    ],
)
def test_a_text_becomes_the_error_again(call: Call, kind: type[Exception]) -> None:
    """Of the same class, whatever its constructor asks for; it can be shown."""
    error = call.error(f"{kind.__name__} after 6 s", URI)

    assert type(error) is kind
    assert call.why(error).startswith(kind.__name__)
    assert str(error) or repr(error)


@pytest.mark.parametrize("call", [ANY, HTTPX, AIOHTTP, HTTP_CLIENT], ids=["any", "httpx", "aiohttp", "http.client"])
@pytest.mark.parametrize(
    ("why", "kind"),
    [
        pytest.param("OddTimeout after 6 s", TimeoutError, id="timeout"),
        pytest.param("Oddity", ConnectionError, id="else"),
        pytest.param("SystemExit", ConnectionError, id="not-of-connections"),
        pytest.param("get", ConnectionError, id="no-class"),
    ],
)
def test_a_class_that_the_client_does_not_know_becomes_one_of_python(
    call: Call, why: str, kind: type[Exception]
) -> None:
    """With the text; a cassette cannot have any other class made."""
    error = call.error(why, URI)

    assert type(error) is kind
    assert str(error) == f"{why}, as recorded"


@pytest.mark.parametrize(
    ("name", "limits", "found"),
    [
        pytest.param("ConnectionTimeoutError", {"connect": 9, "sock_connect": 3}, 3, id="connect"),
        pytest.param("ConnectionTimeoutError", {"sock_connect": None}, None, id="no-connect"),
        pytest.param("SocketTimeoutError", {"total": 9, "sock_read": 2}, 2, id="read"),
        pytest.param("TimeoutError", {"total": 9, "sock_read": 20}, 9, id="total"),
    ],
)
@pytest.mark.parametrize("of", ["session", "request"])
def test_the_limit_of_aiohttp_is_the_one_that_ran_out(name: str, limits: Any, found: float | None, of: str) -> None:
    """Set for the session, or for one request of it."""
    given, other = aiohttp.ClientTimeout(**limits), aiohttp.ClientTimeout(1, 1, 1, 1)
    session = SimpleNamespace(timeout=given if of == "session" else other)
    options = {} if of == "session" else {"timeout": given}

    assert _of_aiohttp(name, (session, "GET", URI), options) == found
