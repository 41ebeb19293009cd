"""transaction: files change together or not at all, whenever the process dies."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from goldtape.goldens.transaction import CommitError, commit, recover


def left_over(work: Path) -> list[str]:
    """What lies in the work folder besides the lock, which stays."""
    return sorted(path.name for path in work.iterdir() if path.name != "commit.lock")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / ".goldtape"


def left_by_a_killed_process(work: Path, name: str, contents: dict[Path, bytes | None]) -> list[Path]:
    """The list with this name and what is staged beside the targets; returns the staged files, in the order given."""
    rows = []
    for number, (target, content) in enumerate(contents.items()):
        new, old = (target.with_name(f".goldtape-0-{number}.{suffix}") for suffix in ("new", "old"))
        target.parent.mkdir(exist_ok=True)
        if content is not None:
            new.write_bytes(content)
        if there := target.exists():
            old.write_bytes(target.read_bytes())
        rows.append((target, None if content is None else new, old if there else None))
    (work / "commit").mkdir(parents=True)
    listed = [[path and os.path.relpath(path, work) for path in row] for row in rows]
    (work / "commit" / name).write_text(json.dumps(listed), encoding="utf-8")
    return [new for _, new, _ in rows if new]


def test_commit_several_files_writes_all_and_leaves_nothing_behind(tmp_path: Path, work: Path) -> None:
    """New files appear with their folders, and the staging is gone."""
    first, second = tmp_path / "a" / "b" / "one.yaml", tmp_path / "two.json"

    assert commit(work, {first: b"1", second: b"2"}) == [first, second]

    assert (first.read_bytes(), second.read_bytes()) == (b"1", b"2")
    assert left_over(work) == []


def test_commit_unchanged_content_leaves_the_file_alone(tmp_path: Path, work: Path) -> None:
    """A file that has its content already keeps even its time, and is not reported."""
    same, other = tmp_path / "same", tmp_path / "other"
    same.write_bytes(b"s")
    os.utime(same, ns=(1, 1))
    inode = same.stat().st_ino

    assert commit(work, {same: b"s", other: b"o"}) == [other]

    assert (same.stat().st_mtime_ns, same.stat().st_ino) == (1, inode)


def test_commit_of_nothing_new_touches_no_disk(tmp_path: Path, work: Path) -> None:
    """When nothing changes, not even the work folder is made."""
    (tmp_path / "same").write_bytes(b"s")

    assert commit(work, {tmp_path / "same": b"s", tmp_path / "never": None}) == []

    assert not work.exists()


def test_commit_none_deletes_together_with_writing(tmp_path: Path, work: Path) -> None:
    """None deletes a file in the same step as another is written."""
    gone, new = tmp_path / "gone", tmp_path / "new"
    gone.write_bytes(b"g")

    assert commit(work, {gone: None, new: b"n"}) == [gone, new]

    assert not gone.exists()
    assert new.read_bytes() == b"n"


def test_commit_that_cannot_be_staged_changes_nothing(tmp_path: Path, work: Path) -> None:
    """An error while the second file is staged leaves the first golden as it was."""
    first = tmp_path / "first"
    first.write_bytes(b"old")

    with pytest.raises(TypeError):
        commit(work, {first: b"new", tmp_path / "second": "no bytes"})  # type: ignore[dict-item]  # the error itself

    assert first.read_bytes() == b"old"
    recover(work)
    assert left_over(work) == []


@pytest.mark.parametrize("renamed", [0, 1, 2], ids=["before-any", "after-one", "after-all"])
def test_recover_journal_in_place_finishes_the_commit(tmp_path: Path, work: Path, renamed: int) -> None:
    """Killed anywhere between the renames: recovery does the rest of them."""
    targets = [tmp_path / "one", tmp_path / "deep" / "two", tmp_path / "gone"]
    targets[2].write_bytes(b"g")
    new = left_by_a_killed_process(work, "journal.json", dict(zip(targets, [b"1", b"2", None], strict=True)))
    for path, target in list(zip(new, targets, strict=False))[:renamed]:
        os.replace(path, target)

    recover(work)

    assert files(tmp_path) == {"one": b"1", "deep/two": b"2"}


@pytest.mark.parametrize("restored", [0, 1])
def test_recover_undo_in_place_gives_old_contents_back(tmp_path: Path, work: Path, restored: int) -> None:
    """Killed while a failed commit was undone: recovery does the rest, and never goes forward again."""
    one, two, new = tmp_path / "one", tmp_path / "two", tmp_path / "new"
    one.write_bytes(b"old")
    two.write_bytes(b"old")
    staged = left_by_a_killed_process(work, "undo.json", {one: b"1", two: b"2", new: b"3"})
    os.replace(staged[0], one)
    os.replace(staged[2], new)
    if restored:
        os.replace(tmp_path / ".goldtape-0-0.old", one)

    recover(work)

    assert files(tmp_path) == {"one": b"old", "two": b"old"}


def test_recover_plan_is_dropped_and_no_target_touched(tmp_path: Path, work: Path) -> None:
    """Killed before the journal: nothing of it reaches a golden, not even one that a person changed since."""
    one = tmp_path / "one"
    one.write_bytes(b"old")
    left_by_a_killed_process(work, "plan.json", {one: b"new"})
    one.write_bytes(b"restored by hand")

    recover(work)

    assert files(tmp_path) == {"one": b"restored by hand"}


def test_recover_half_a_plan_is_dropped(tmp_path: Path, work: Path) -> None:
    """Killed while the plan was written, when nothing was staged yet."""
    (work / "commit").mkdir(parents=True)
    (work / "commit" / "plan.json").write_bytes(b'[["../one", "../.gold')

    recover(work)

    assert left_over(work) == []


@pytest.mark.parametrize("damage", [b"[half", b'{"a": 1}', b"[[1, 2, 3]]", b"\xff"])
def test_recover_damaged_journal_is_an_error_that_names_the_way_out(tmp_path: Path, work: Path, damage: bytes) -> None:
    """It says where, and what to delete; nothing is guessed."""
    (work / "commit").mkdir(parents=True)
    (work / "commit" / "journal.json").write_bytes(damage)

    with pytest.raises(CommitError) as refused:
        recover(work)

    assert str(refused.value) == (
        f"{work}/commit/journal.json: the list is damaged; an interrupted recording cannot be finished\n"
        f"next: restore the file, or delete {work}/commit and see in git status what is half a recording"
    )


def test_commit_after_a_killed_one_finishes_that_first(tmp_path: Path, work: Path) -> None:
    """The older change is not lost, and the newer one wins where both touch a file."""
    one, two = tmp_path / "one", tmp_path / "two"
    left_by_a_killed_process(work, "journal.json", {one: b"older", two: b"2"})

    commit(work, {one: b"newer"})

    assert files(tmp_path) == {"one": b"newer", "two": b"2"}


def test_recover_nothing_to_do_makes_no_folder(work: Path) -> None:
    """A project that never recorded gets no work folder from a replay."""
    recover(work)

    assert not work.exists()


# ------------------------------------------------------------------ what cannot be written


def test_a_folder_in_place_of_a_file_is_refused_before_anything_changes(tmp_path: Path, work: Path) -> None:
    """And so is a file in place of a folder."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"f")
    for odd, why in ((tmp_path / "folder", "Is a directory"), (tmp_path / "file" / "x", "Not a directory")):
        with pytest.raises(CommitError) as refused:
            commit(work, {tmp_path / "new": b"n", odd: b"o"})

        assert str(refused.value) == (
            f"{odd}: {why}; no golden of the test was changed\n"
            "next: make room there, or make it writable, and record again"
        )
    assert files(tmp_path) == {"file": b"f"}


def test_a_work_folder_that_cannot_be_made_is_refused(tmp_path: Path, work: Path) -> None:
    """Without the lock nothing is changed."""
    work.write_bytes(b"a file")

    with pytest.raises(CommitError, match=rf"^{work}: File exists; no golden"):
        commit(work, {tmp_path / "new": b"n"})

    assert files(tmp_path) == {".goldtape": b"a file"}


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, besides the lock."""
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != ".goldtape/commit.lock"}
