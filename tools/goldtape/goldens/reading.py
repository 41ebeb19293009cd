"""Read a golden file, cassette or snapshot; errors name file and line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)


class UnreadableGolden(ValueError):
    """A golden on disk cannot be used: `what` is the fault, `path` the file, `line` its line, counted from 1."""

    def __init__(self, path: Path, line: int, what: str) -> None:
        self.path, self.line, self.what = path, line, what
        super().__init__(
            f"{path}:{line}: {what}\n"
            f"next: restore the file (git checkout HEAD -- {path}), or delete it and record the test again"
        )


def read_golden(path: Path) -> str:
    """The text of a golden.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: It is empty, not UTF-8, or holds the markers of an unresolved merge.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise UnreadableGolden(path, 1, "the file is empty")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableGolden(path, raw.count(b"\n", 0, error.start) + 1, "the file is not UTF-8") from error
    if marker := _CONFLICT.search(text):
        raise UnreadableGolden(path, line_of(text, marker.start()), "an unresolved merge conflict")
    return text.replace("\r\n", "\n")


def parse_json(text: str, path: Path) -> Any:
    """The JSON value of a golden's text; UnreadableGolden if it is not JSON."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableGolden(path, error.lineno, f"not JSON: {error.msg}") from error


def line_of(text: str, offset: int) -> int:
    """The line, counted from 1, that holds the character at `offset`."""
    return text.count("\n", 0, offset) + 1
