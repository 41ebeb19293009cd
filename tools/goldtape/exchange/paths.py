"""Paths into a JSON value: dotted below its root, `[*]` for every item of a list: `assigned[*].durationMs`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def find(value: Any, path: str) -> list[Any]:
    """The values to which a path leads, in document order; empty when it leads nowhere."""
    found: list[Any] = []

    def keep(item: Any) -> Any:
        found.append(item)
        return item

    change(value, path, keep)
    return found


def change(value: Any, path: str, to: Callable[[Any], Any]) -> Any:
    """A copy of `value` with `to` applied wherever the path leads; the value itself when it leads nowhere."""
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
