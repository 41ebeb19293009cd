"""transaction: files change together or not at all, whenever the process dies."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from goldtape.goldens.transaction import commit, recover


def left_over(work: Path) -> list[str]:
    """What lies in the work folder besides the lock, which stays."""
    return sorted(path.name for path in work.iterdir() if path.name != "commit.lock")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return tmp_path / ".goldtape"


def staged(work: Path, contents: dict[str, bytes], journal: list[dict[str, str | None]] | None) -> None:
    """The staging folder as a killed process leaves it, before (None) or after its journal was in place."""
    stage = work / "commit"
    stage.mkdir(parents=True)
    for name, content in contents.items():
        (stage / name).write_bytes(content)
    if journal is not None:
        (stage / "journal.json").write_text(json.dumps(journal), encoding="utf-8")


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
    targets = [tmp_path / "one", tmp_path / "deep" / "two"]
    contents = {"0": b"1", "1": b"2"}
    journal: list[dict[str, str | None]] = [
        {"staged": name, "target": os.path.relpath(target, work)}
        for name, target in zip(contents, targets, strict=True)
    ]
    (tmp_path / "gone").write_bytes(b"g")
    journal.append({"staged": None, "target": "../gone"})
    staged(work, contents, journal)
    for name, target in list(zip(contents, targets, strict=True))[:renamed]:
        target.parent.mkdir(exist_ok=True)
        os.replace(work / "commit" / name, target)

    recover(work)

    assert [target.read_bytes() for target in targets] == [b"1", b"2"]
    assert not (tmp_path / "gone").exists()
    assert left_over(work) == []


def test_recover_staging_without_journal_is_emptied(tmp_path: Path, work: Path) -> None:
    """Killed before the journal: nothing of it reaches a golden."""
    (tmp_path / "one").write_bytes(b"old")
    staged(work, {"0": b"new", "journal.json.new": b"[half"}, None)

    recover(work)

    assert (tmp_path / "one").read_bytes() == b"old"
    assert left_over(work) == []


def test_commit_after_a_killed_one_finishes_that_first(tmp_path: Path, work: Path) -> None:
    """The older change is not lost, and the newer one wins where both touch a file."""
    one, two = tmp_path / "one", tmp_path / "two"
    staged(work, {"0": b"older", "1": b"2"}, [{"staged": "0", "target": "../one"}, {"staged": "1", "target": "../two"}])

    commit(work, {one: b"newer"})

    assert (one.read_bytes(), two.read_bytes()) == (b"newer", b"2")


def test_recover_nothing_to_do_makes_no_folder(work: Path) -> None:
    """A project that never recorded gets no work folder from a replay."""
    recover(work)

    assert not work.exists()


# ------------------------------------------------------------------ a process that is killed

COMMITTING = """
import itertools, sys
from pathlib import Path
from goldtape.goldens.transaction import commit, recover

folder = Path(sys.argv[1])
recover(folder / ".goldtape")
print("ready", flush=True)
for number in itertools.count(int(sys.argv[2])):
    content = f"{number}".encode() * 2_000
    commit(folder / ".goldtape", {folder / "cassette": content, folder / "deep" / "snapshot": content})
"""
KILLS = 60


@pytest.mark.live
def test_commit_killed_at_any_moment_leaves_pairs_whole(tmp_path: Path, work: Path) -> None:
    """SIGKILL in the middle of committing, many times over: each pair is wholly old or wholly new."""
    moments = random.Random(2)  # moments, not secrets
    seen = set()
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", COMMITTING, str(tmp_path), str(kill * 1_000_000)], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0, 0.02))
            child.send_signal(signal.SIGKILL)

        recover(work)

        cassette, snapshot = pair(tmp_path)
        assert cassette == snapshot, f"kill {kill} left a mixed pair"
        assert left_over(work) == []
        seen.add(cassette)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".goldtape", "cassette", "deep"]
    assert len(seen) > KILLS / 2, "the child hardly got to commit anything"


def pair(folder: Path) -> list[bytes | None]:
    paths = (folder / "cassette", folder / "deep" / "snapshot")
    return [path.read_bytes() if path.exists() else None for path in paths]
