"""The help texts that `test_main.py` expects, one file a page; `python -m tests.goldtape.cli.write_help` writes them.

A page is what `goldtape COMMAND --help` prints on a terminal of 80 columns without colours.
"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stdout, suppress
from pathlib import Path
from unittest import mock

from goldtape.cli.main import COMMANDS, main

FOLDER = Path(__file__).parent / "help"
TERMINAL = {"COLUMNS": "80", "NO_COLOR": "1", "FORCE_COLOR": ""}

PAGES: dict[str, list[str]] = {
    "goldtape": [],
    **{name: [name] for name in COMMANDS},
    **{f"new-{kind}": ["new", kind] for kind in ("test", "system", "project")},
}
"""The name of each page -> the words between `goldtape` and `--help`."""


def page(name: str) -> str:
    """The text of a page as it is now."""
    with mock.patch.dict(os.environ, TERMINAL), redirect_stdout(io.StringIO()) as out, suppress(SystemExit):
        main([*PAGES[name], "--help"])
    return out.getvalue()


def write(folder: Path = FOLDER) -> None:
    """Write every page, and remove what is none any more."""
    folder.mkdir(exist_ok=True)
    for stale in folder.glob("*.txt"):
        stale.unlink()
    for name in PAGES:
        (folder / f"{name}.txt").write_text(page(name), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write()
