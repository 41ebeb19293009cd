"""The readable runs of bytes that are no text: ASCII, and ASCII in UTF-16, as a reader of the bytes would find them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_SIGN = r"[\t\r\n\x20-\x7e]"
# A shorter run is chance. The first to begin is the right one: UTF-16 in the other order lacks its first or last sign.
_RUN = re.compile(rf"(?P<be>(?:\0{_SIGN}){{8,}})|(?P<le>(?:{_SIGN}\0){{8,}})|{_SIGN}{{8,}}".encode())


def read_runs(raw: bytes) -> Iterator[str]:
    """The texts in bytes, in order."""
    yield from (match.group().decode(_codec(match)) for match in _RUN.finditer(raw))


def change_runs(raw: bytes, change: Callable[[str], str]) -> bytes:
    """The bytes with each of their texts changed; the same object if none is."""
    changed = _RUN.sub(lambda match: change(match.group().decode(_codec(match))).encode(_codec(match)), raw)
    return raw if changed == raw else changed


def _codec(run: re.Match[bytes]) -> str:
    return f"utf-16-{run.lastgroup}" if run.lastgroup else "ascii"
