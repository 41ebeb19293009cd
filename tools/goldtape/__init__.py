"""Record/replay golden files for HTTP services: vcrpy's cassettes, syrupy's snapshots, one command each way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from goldtape.plugin.tape import Tape as Tape


def __getattr__(name: str) -> Any:
    """`Tape`, brought in when a test asks for it: most of what imports goldtape never needs it."""
    if name != "Tape":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from goldtape.plugin.tape import Tape

    return Tape
