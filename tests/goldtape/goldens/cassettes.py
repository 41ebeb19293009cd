"""What the tests of cassettes make: an interaction, a file, and what is read from it."""

from __future__ import annotations

from pathlib import Path

from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response
from goldtape.goldens.cassette_file import load

URL = "http://shop.test/v1/orders"


def interaction(received: Body = None, sent: Body = None, **headers: str) -> Interaction:
    return Interaction(
        Request("POST", URL, typed(sent), sent), Response(200, "OK", typed(received) | headers, received)
    )


def typed(body: Body) -> dict[str, str]:
    if body is None:
        return {}
    return {"content-type": "application/json" if isinstance(body, Json) else "text/plain"}


def saved(folder: Path, text: str | bytes) -> Path:
    path = folder / "cassette.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path


def loaded(path: Path) -> list[Interaction]:
    cassette = load(path)
    return [cassette.interaction(index) for index in range(len(cassette))]
