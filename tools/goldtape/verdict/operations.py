"""The operation behind a request: its method and path, without what varies from test to test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from goldtape.goldens.transcript import Transcript, label

_VARIES = "{...}"
_VERSION = re.compile(r"v\d+(\.\d+)*")
_SUPPORT = re.compile(r"[\w-]+-support\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z_-]*")


def operation(shown: dict[str, Any], values: set[str]) -> str:
    """`PUT /v1/carts/{...}/items/{...}` for an exchange as a transcript shows it.

    A segment of the path varies if it is no word, or one of the `values` that bodies hold. Of another host than the
    system's own, the host is named.
    """
    method, _, path = shown["request"].partition(" ")
    segments = [one if _is_fixed(unquote(one), values) else _VARIES for one in path.split("/")]
    return " ".join(filter(None, (method, shown.get("to", "") + "/".join(segments))))


def full_label(shown: dict[str, Any], number: int | None = None) -> str:
    """The name of an exchange in messages, with its query: `3. GET /v1/items?limit=2 as bob`."""
    query = "&".join(f"{name}={one}" for name, value in shown.get("query", {}).items() for one in _listed(value))
    return label({**shown, "request": f"{shown['request']}?{query}"} if query else shown, number)


def is_support(shown: dict[str, Any]) -> bool:
    """Whether an exchange asks a support API, which shows what a system did to others."""
    return bool(_SUPPORT.match(shown.get("to", "")))


def parameters(transcript: Transcript) -> set[str]:
    """The texts that bodies and queries of a transcript hold, which a path can hold too."""
    shown = [*transcript.get("exchanges", []), *transcript.get("afterwards", [])]
    return {text for one in shown for name in ("query", "sent", "received") for text in _texts(one.get(name))}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_fixed(segment: str, values: set[str]) -> bool:
    return (
        not segment or bool(_VERSION.fullmatch(segment)) or (segment not in values and bool(_WORD.fullmatch(segment)))
    )


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
