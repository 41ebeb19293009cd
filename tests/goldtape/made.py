"""Values that several tests of the engine make: a project's configuration, an exchange, a stored cassette."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from goldtape.config import Config, System, Target
from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response
from goldtape.goldens.cassette_file import Stored, dump, load

SHOP = System("shop", (Target("shop", "http://shop.test", "SHOP_URL", ""),), actor="x-user")


def config(root: Path, **how: Any) -> Config:
    """A project below `root` that has one system, the shop."""
    tests, cassettes, snapshots = (root / name for name in ("tests", "cassettes", "snapshots"))
    return Config(root, tests, cassettes, snapshots, root / ".goldtape", **{"systems": {"shop": SHOP}, **how})


def asked(
    method: str, path: str, user: str = "bob", sent: Any = None, status: int = 200, received: Any = None
) -> Interaction:
    """An exchange with the shop; bodies are JSON values."""
    return Interaction(
        Request(method, f"http://shop.test{path}", {"x-user": user} | _typed(sent), _json(sent)),
        Response(status, "OK", _typed(received), _json(received)),
    )


def stored(path: Path, *interactions: Interaction) -> Stored:
    """A cassette on disk, loaded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dump(interactions, None), encoding="utf-8")
    return load(path)


def _json(value: Any) -> Body:
    return None if value is None else Json(value)


def _typed(value: Any) -> dict[str, str]:
    return {} if value is None else {"content-type": "application/json"}
