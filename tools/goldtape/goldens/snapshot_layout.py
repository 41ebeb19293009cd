"""The one layout of a snapshot: JSON, one fact a line, so that a diff shows what changed and nothing around it.

An item of a list that holds only plain values is one line: a row of a table. So is an object with one plain value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

_STEP = "  "
_plain = json.JSONEncoder(ensure_ascii=False).encode


def text(data: Any) -> str:
    """The text of a snapshot."""
    return "".join(_written(data, "\n", item=False)) + "\n"


def _written(value: Any, line: str, *, item: bool) -> Iterator[str]:
    """The parts of the text; `line` is a line break and the indent, `item` says that the value is one of a list."""
    if not isinstance(value, dict | list) or not value or (_is_flat(value) and (item or _is_one(value))):
        yield _plain(value)
        return
    first, last = "{}" if isinstance(value, dict) else "[]"
    inner = line + _STEP
    if isinstance(value, dict):
        for number, (key, one) in enumerate(value.items()):
            yield f"{',' if number else first}{inner}{_plain(key)}: "
            yield from _written(one, inner, item=False)
    else:
        for number, one in enumerate(value):
            yield f"{',' if number else first}{inner}"
            yield from _written(one, inner, item=True)
    yield f"{line}{last}"


def _is_flat(value: dict[str, Any] | list[Any]) -> bool:
    """Whether all values in it are plain; an empty list or object is."""
    inside = value.values() if isinstance(value, dict) else value
    return not any(isinstance(one, dict | list) and one for one in inside)


def _is_one(value: dict[str, Any] | list[Any]) -> bool:
    return isinstance(value, dict) and len(value) == 1
