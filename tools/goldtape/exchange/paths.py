"""Paths into a JSON value: keys with dots between them, `[*]` for every item of a list: `assigned[*].durationMs`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def find(value: Any, path: str) -> list[Any]:
    """The values at a path, in document order; empty if there are none."""
    found: list[Any] = []
    change(value, path, found.append)  # the copy is of no use here
    return found


def change(value: Any, path: str, to: Callable[[Any], Any]) -> Any:
    """A copy of `value` with `to` applied to every value at the path; `value` itself if there is none."""
    return _at(value, path.replace("[*]", ".[*]").lstrip(".").split("."), to)


def _at(value: Any, steps: Sequence[str], to: Callable[[Any], Any]) -> Any:
    if not steps:
        return to(value)
    step, rest = steps[0], steps[1:]
    if step == "[*]" and isinstance(value, list):
        return [_at(item, rest, to) for item in value]
    if isinstance(value, dict) and step in value:
        return {**value, step: _at(value[step], rest, to)}
    return value
