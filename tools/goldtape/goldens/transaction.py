"""Change several files together or not at all, whatever the process, the disk or the file system does.

A rename inside a folder changes one file atomically. For several files there is a list of them in `.goldtape/commit`,
and the name of that list says how far the change has come:

    plan.json      nothing is decided: new contents are staged beside their targets, old ones are kept there as copies
    journal.json   decided: each staged file is renamed to its target
    undo.json      a rename failed: each target gets its old content back

Whoever takes the lock next does what the list asks for, each step of which can be repeated: a plan is dropped, a
journal is finished or, where that fails, undone. Because nothing is renamed from one folder to another, the targets
may lie on other file systems than `.goldtape`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import NamedTuple

from filelock import FileLock

_PLAN, _JOURNAL, _UNDO = "plan.json", "journal.json", "undo.json"
_UNCHANGED = "no golden of the test was changed"
_OR_GIVE_UP = "or delete {} and see in git status what is half a recording"


class CommitError(RuntimeError):
    """Files could not be changed, or an earlier change can be neither finished nor undone.

    The message says where and why, what has become of the goldens, and what to do.
    """

    def __init__(self, reason: str, outcome: str, advice: str) -> None:
        super().__init__(f"{reason}; {outcome}\nnext: {advice}")


class _Change(NamedTuple):
    """A target with its staged content, None to delete it, and the copy of its old one, None if it had none."""

    target: Path
    new: Path | None
    old: Path | None


def commit(work: Path, contents: Mapping[Path, bytes | None]) -> list[Path]:
    """Give all targets their new contents, None to delete, and return those that changed, in the order given.

    `work` is the project's `.goldtape` folder. A target that has its new content already is not touched.

    Raises:
        CommitError: A target cannot be written, and all are as they were; or an earlier change stands in the way.
    """
    if not _changes(contents):
        return []
    with _locked(work):
        _recover(work)
        changes = _changes(contents)  # another process, or the recovery, may have changed them meanwhile
        try:
            _stage(work, changes)
            os.replace(work / "commit" / _PLAN, work / "commit" / _JOURNAL)
        except OSError as error:
            with suppress(OSError):  # the next process finds the plan, and drops it
                _drop(work, _PLAN)
            raise _unchanged(error) from error
        _recover(work)
    return list(changes)


def recover(work: Path) -> None:
    """Finish or undo what a killed process left behind, if there is anything.

    Raises:
        CommitError: That is not possible; goldens can be read all the same, but not recorded.
    """
    if any(os.path.exists(work / "commit" / name) for name in (_PLAN, _JOURNAL, _UNDO)):
        with _locked(work):
            _recover(work)


@contextmanager
def _locked(work: Path) -> Iterator[None]:
    try:
        work.mkdir(parents=True, exist_ok=True)
        lock = FileLock(work / "commit.lock")
        lock.acquire()
    except OSError as error:
        raise _unchanged(error) from error
    except NotImplementedError as error:
        raise CommitError(f"{work}: a file system without locks", _UNCHANGED, "put the project on another") from error
    try:
        yield
    finally:
        lock.release()


def _changes(contents: Mapping[Path, bytes | None]) -> dict[Path, bytes | None]:
    try:
        return {target: content for target, content in contents.items() if _read(target) != content}
    except OSError as error:  # a folder in place of the file, a file in place of its folder
        raise _unchanged(error) from error


def _stage(work: Path, changes: Mapping[Path, bytes | None]) -> None:
    """Write the plan, then what it lists; an OSError leaves a plan that can be dropped."""
    token, plan = token_hex(4), []
    for number, (target, content) in enumerate(changes.items()):
        beside = target.with_name(f".goldtape-{token}-{number}")
        new, old = beside.with_suffix(".new"), beside.with_suffix(".old")
        plan.append(_Change(target, None if content is None else new, old if target.exists() else None))
    (work / "commit").mkdir(exist_ok=True)
    listed = [[None if path is None else os.path.relpath(path, work) for path in change] for change in plan]
    _write(work / "commit" / _PLAN, json.dumps(listed).encode())
    for change, content in zip(plan, changes.values(), strict=True):
        if change.old:
            _copy(change.target, change.old)
        if change.new:
            change.new.parent.mkdir(parents=True, exist_ok=True)
            _write(change.new, content or b"")


def _recover(work: Path) -> None:
    """Do what the list asks for, if there is one, and delete it. Needs the lock."""
    commit = work / "commit"
    try:
        if (commit / _JOURNAL).exists():
            changes = _listed(work, _JOURNAL)
            try:
                _carry_out(changes)
            except OSError as error:
                os.replace(commit / _JOURNAL, commit / _UNDO)
                _undo(changes)
                _drop(work, _UNDO)
                raise _unchanged(error) from error
            _drop(work, _JOURNAL)
        elif (commit / _UNDO).exists():
            _undo(_listed(work, _UNDO))
            _drop(work, _UNDO)
        else:
            _drop(work, _PLAN)
    except OSError as error:
        outcome = "an interrupted recording can be neither finished nor undone"
        raise CommitError(_said(error), outcome, f"make it writable, {_OR_GIVE_UP.format(commit)}") from error


def _listed(work: Path, name: str) -> list[_Change]:
    file = work / "commit" / name
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        return [_Change(*(path and Path(os.path.normpath(work / path)) for path in row)) for row in rows]
    except (ValueError, TypeError) as error:
        outcome = "an interrupted recording cannot be finished"
        advice = f"restore the file, {_OR_GIVE_UP.format(file.parent)}"
        raise CommitError(f"{file}: the list is damaged", outcome, advice) from error


def _carry_out(changes: list[_Change]) -> None:
    for target, new, _ in changes:
        if new is None:
            _remove(target)
        elif new.exists():  # it is gone if the killed process had renamed it already
            os.replace(new, target)


def _undo(changes: list[_Change]) -> None:
    for target, _, old in changes:
        if old is None:
            _remove(target)
        elif old.exists():  # likewise
            os.replace(old, target)


def _drop(work: Path, name: str) -> None:
    """Delete what the list with this name names, if it is there, and then the list."""
    try:
        changes = _listed(work, name)
    except FileNotFoundError:
        changes = []
    except CommitError:
        if name != _PLAN:
            raise
        changes = []  # a plan that was half-written when nothing was staged yet
    for _, *beside in changes:
        for path in filter(None, beside):
            _remove(path)
    _remove(work / "commit" / name)
    shutil.rmtree(work / "commit", ignore_errors=True)


def _write(path: Path, content: bytes) -> None:
    try:
        with path.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:  # writing does not say where, only opening does
        raise OSError(error.errno, error.strerror, str(path)) from error


def _copy(path: Path, copy: Path) -> None:
    try:
        os.link(path, copy)
    except OSError:  # a file system without links
        shutil.copyfile(path, copy)


def _remove(path: Path) -> None:
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _unchanged(error: OSError) -> CommitError:
    return CommitError(_said(error), _UNCHANGED, "make room there, or make it writable, and record again")


def _said(error: OSError) -> str:
    """Where and what: `/project/cassettes/shop: Permission denied`."""
    place = Path(error.filename2 or error.filename or "the disk")
    return f"{place.parent if place.name.startswith('.goldtape-') else place}: {error.strerror or error}"
