"""What the tests of redaction make: an interaction that has something in its request, or in its response."""

from __future__ import annotations

from goldtape.exchange.interaction import Body, Interaction, Request, Response

URL = "http://shop.test/v1"


def sent(body: Body = None, uri: str = URL, **headers: str) -> Interaction:
    return Interaction(
        Request("POST", uri, {name.replace("_", "-"): v for name, v in headers.items()}, body), Response(204, "", {})
    )


def received(body: Body = None, **headers: str) -> Interaction:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Interaction(Request("GET", URL, {}), Response(200, "OK", named, body))
