"""Change several files together or not at all, even if the process is killed half-way.

A rename changes one file atomically. For several files, the new contents are first staged below `.goldtape/commit`,
then a journal that lists them is renamed into place. With that rename the change is decided: the renames into the
goldens can be repeated, and the next process that takes the lock finishes them first. A process that is killed before
it leaves a staging folder without a journal, which the next process empties.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock

_JOURNAL = "journal.json"


def commit(work: Path, contents: Mapping[Path, bytes | None]) -> list[Path]:
    """Give all targets their new contents, None to delete, and return those that changed, in the order given.

    `work` is the project's `.goldtape` folder; it must be on the file system of the targets. A target that has its new
    content already is not touched.
    """
    changes = {target: content for target, content in contents.items() if _read(target) != content}
    if not changes:
        return []
    with _locked(work):
        stage = _recover(work)
        stage.mkdir(parents=True)
        journal = []
        for number, (target, content) in enumerate(changes.items()):
            if content is not None:
                _write(stage / str(number), content)
            staged = None if content is None else str(number)
            journal.append({"staged": staged, "target": os.path.relpath(target, work)})
        _write(stage / f"{_JOURNAL}.new", json.dumps(journal).encode())
        os.replace(stage / f"{_JOURNAL}.new", stage / _JOURNAL)
        _recover(work)
    return list(changes)


def recover(work: Path) -> None:
    """Finish the commit that a killed process left behind, if there is one."""
    if (work / "commit").exists():
        with _locked(work):
            _recover(work)


def _locked(work: Path) -> FileLock:
    work.mkdir(parents=True, exist_ok=True)
    return FileLock(work / "commit.lock")


def _recover(work: Path) -> Path:
    """Carry out the journal if there is one, delete the staging folder, and return its path. Needs the lock."""
    stage = work / "commit"
    journal = stage / _JOURNAL
    if journal.exists():
        for entry in json.loads(journal.read_text(encoding="utf-8")):
            target = work / entry["target"]
            if entry["staged"] is None:
                target.unlink(missing_ok=True)
            elif (stage / entry["staged"]).exists():  # it is gone if the killed process had renamed it already
                target.parent.mkdir(parents=True, exist_ok=True)
                os.replace(stage / entry["staged"], target)
        journal.unlink()
    shutil.rmtree(stage, ignore_errors=True)
    return stage


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
