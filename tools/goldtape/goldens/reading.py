"""Read a golden file, cassette or snapshot; errors name file and line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

MAX_DEPTH = 200
"""How deep lists and objects of a golden may lie in each other; what is deeper exhausts the stack of a reader."""

DEEP = f"lists and objects lie more than {MAX_DEPTH} deep in each other"
_ODD = re.compile("\\A\ufeff|[\x00-\x08\x0b-\x1f]")
_NAMES = {
    "\r": "the line ends in CR or CRLF; goldens have LF (.gitattributes says so to git)",
    "\ufeff": "the file begins with a byte order mark; goldens have none",
}
_JSON_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[\[\]{}]')
_CONFLICT = re.compile(r"^(<{7}|={7}|>{7})( |$)", re.MULTILINE)
# For a quick look: no golden is without fault that has one of these bytes, or only the last three, or these texts.
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n"}) + "\ufeff".encode()
_MARKERS = ("<" * 7, "=" * 7, ">" * 7)


class UnreadableGolden(ValueError):
    """A golden on disk cannot be used: `what` is the fault, `path` the file, `line` its line, counted from 1."""

    advice = "restore the file (git checkout HEAD -- {path}), or delete it and record the test again"

    def __init__(self, path: Path, line: int, what: str) -> None:
        self.path, self.line, self.what = path, line, what
        super().__init__(f"{path}:{line}: {what}\nnext: {self.advice.format(path=path)}")


def read_golden(path: Path) -> str:
    """The text of a golden; errors as in `read_raw` and `decoded`."""
    return decoded(path, read_raw(path))


def read_raw(path: Path) -> bytes:
    """The bytes of a golden.

    Raises:
        FileNotFoundError: There is none.
        UnreadableGolden: There is something that cannot be read: a folder, a file without permission.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise UnreadableGolden(path, 1, f"the file cannot be read: {error.strerror}") from error


def decoded(path: Path, raw: bytes) -> str:
    """The text that a golden's bytes are.

    Raises:
        UnreadableGolden: It is empty, not UTF-8, has line ends other than LF or control characters, or holds the
            markers of an unresolved merge.
    """
    if not raw.strip():
        raise UnreadableGolden(path, 1, "the file is empty")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise UnreadableGolden(path, raw.count(b"\n", 0, error.start) + 1, "the file is not UTF-8") from error
    if len(raw.translate(None, _CONTROLS)) < len(raw) and (odd := _ODD.search(text)):
        raise UnreadableGolden(
            path, line_of(text, odd.start()), _NAMES.get(odd[0], f"the character U+{ord(odd[0]):04X}")
        )
    if any(marker in text for marker in _MARKERS) and (marker := _CONFLICT.search(text)):
        raise UnreadableGolden(path, line_of(text, marker.start()), "an unresolved merge conflict")
    return text


def parse_json(text: str, path: Path) -> Any:
    """The JSON value of a golden's text; UnreadableGolden if it is not JSON, or too deep to be compared."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise UnreadableGolden(path, error.lineno, f"not JSON: {error.msg}") from error
    except ValueError as error:  # a number of thousands of digits
        raise UnreadableGolden(path, 1, f"not JSON: {error}") from error
    except RecursionError as error:
        refuse_deep_json(text, path)
        raise UnreadableGolden(path, 1, DEEP) from error


def refuse_deep_json(text: str, path: Path) -> None:
    """Raise UnreadableGolden at the first bracket that lies deeper than anything that can be compared."""
    depth = 0
    for token in _JSON_TOKEN.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise UnreadableGolden(path, line_of(text, token.start()), DEEP)


def line_of(text: str, offset: int) -> int:
    """The line, counted from 1, that holds the character at `offset`."""
    return text.count("\n", 0, offset) + 1
