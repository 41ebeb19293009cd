"""transaction: killed, or let down by the disk, at each of its steps, a commit leaves nothing mixed."""

from __future__ import annotations

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from goldtape.goldens import transaction
from goldtape.goldens.transaction import CommitError, commit, recover

from .test_transaction import files

OLD: dict[str, bytes] = {"cassette": b"old", "deep/snapshot": b"old", "gone": b"old"}
NEW: dict[str, bytes] = {"cassette": b"new", "deep/snapshot": b"new", "deep/more": b"new"}


class Steps:
    """A module whose steps on the disk are counted; right before each, `act` is told its number, from 1."""

    count = 0

    def __init__(self, module: Any, act: Callable[[int], None]) -> None:
        self.module, self.act = module, act

    def __getattr__(self, name: str) -> Any:
        if name in ("fsync", "replace", "link", "unlink", "rmtree"):
            Steps.count += 1
            self.act(Steps.count)
        return getattr(self.module, name)


def old_and_commit(folder: Path, act: Callable[[int], None]) -> int:
    """Change the old files into the new ones, with `act` before each step; returns the number of steps."""
    for name, content in OLD.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    Steps.count = 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transaction, "os", Steps(os, act))
        patch.setattr(transaction, "shutil", Steps(shutil, act))
        commit(folder / ".goldtape", {folder / name: NEW.get(name) for name in sorted(OLD | NEW)})
    return Steps.count


def nothing(step: int) -> None:
    """An undisturbed commit."""


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EXDEV, errno.EROFS], ids=errno.errorcode.get)
def test_a_step_that_fails_once_leaves_all_old_or_all_new(tmp_path: Path, code: int) -> None:
    """Whichever step: the error leaves the old files, and what is left beside them goes with the next start."""
    steps = old_and_commit(tmp_path / "0", nothing)
    assert files(tmp_path / "0") == NEW
    told = 0
    for number in range(1, steps + 1):
        folder = tmp_path / str(number)

        def fail(step: int, number: int = number) -> None:
            if step == number:
                raise OSError(code, os.strerror(code), "somewhere")

        try:
            old_and_commit(folder, fail)
        except CommitError:
            told += 1
            assert goldens(folder) in (OLD, NEW), f"step {number}"

        recover(folder / ".goldtape")
        assert files(folder) in (OLD, NEW), f"step {number}"
    assert told > steps / 2


def test_steps_that_fail_from_some_moment_on_leave_nothing_mixed_once_they_work_again(tmp_path: Path) -> None:
    """A disk that becomes read-only half-way: the next start that can write makes all old or all new."""
    steps = old_and_commit(tmp_path / "0", nothing)
    for number in range(1, steps + 1):
        folder = tmp_path / str(number)

        def fail(step: int, number: int = number) -> None:
            if step >= number:
                raise OSError(errno.EROFS, os.strerror(errno.EROFS), "somewhere")

        with suppress(CommitError):
            old_and_commit(folder, fail)

        recover(folder / ".goldtape")
        assert files(folder) in (OLD, NEW), f"step {number}"


def test_a_commit_killed_before_each_of_its_steps_leaves_all_old_or_all_new(tmp_path: Path) -> None:
    """SIGKILL, in a process of its own for each step, then the next start."""
    steps = old_and_commit(tmp_path / "0", nothing)

    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(steps)], check=True, cwd=ROOT)

    seen = []
    for number in range(1, steps + 1):
        recover(tmp_path / str(number) / ".goldtape")
        seen.append(files(tmp_path / str(number)))
    assert all(one in (OLD, NEW) for one in seen)
    assert OLD in seen
    assert NEW in seen


def goldens(folder: Path) -> dict[str, bytes]:
    """What a reader of goldens sees, who knows nothing of the files beside them."""
    return {name: content for name, content in files(folder).items() if ".goldtape" not in name}


ROOT = Path(__file__).parents[3]
KILLED = """
import os, signal, sys
from pathlib import Path
from tests.goldtape.goldens.test_interrupted import old_and_commit

for number in range(1, int(sys.argv[2]) + 1):
    if not (child := os.fork()):
        kill = lambda step: step == number and os.kill(os.getpid(), signal.SIGKILL)
        old_and_commit(Path(sys.argv[1]) / str(number), kill)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, f"step {number} was not reached"
"""


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
def test_commit_killed_at_any_moment_leaves_pairs_whole(tmp_path: Path) -> None:
    """SIGKILL in the middle of committing, many times over: each pair is wholly old or wholly new."""
    work = tmp_path / ".goldtape"
    moments = random.Random(2)  # moments, not secrets
    seen = set()
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", COMMITTING, str(tmp_path), str(kill * 1_000_000)], stdout=subprocess.PIPE
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"ready\n"
            time.sleep(moments.uniform(0, 0.08))
            child.send_signal(signal.SIGKILL)

        recover(work)

        cassette, snapshot = pair(tmp_path)
        assert cassette == snapshot, f"kill {kill} left a mixed pair"
        assert files(tmp_path).keys() <= {"cassette", "deep/snapshot"}
        seen.add(cassette)

    assert sorted(path.name for path in tmp_path.iterdir()) == [".goldtape", "cassette", "deep"]
    assert len(seen) > KILLS / 2, "the child hardly got to commit anything"


@pytest.mark.live
def test_two_processes_that_commit_at_once_mix_nothing(tmp_path: Path) -> None:
    """Each waits for the other's commit; killed both, the pair is of one of them."""
    committing = [sys.executable, "-c", COMMITTING, str(tmp_path)]
    with (
        subprocess.Popen([*committing, "0"], stdout=subprocess.PIPE) as one,
        subprocess.Popen([*committing, "1000000"], stdout=subprocess.PIPE) as other,
    ):
        time.sleep(1)
        one.kill()
        other.kill()

    recover(tmp_path / ".goldtape")

    cassette, snapshot = pair(tmp_path)
    assert cassette == snapshot
    assert cassette is not None
    assert files(tmp_path).keys() == {"cassette", "deep/snapshot"}


def pair(folder: Path) -> list[bytes | None]:
    paths = (folder / "cassette", folder / "deep" / "snapshot")
    return [path.read_bytes() if path.exists() else None for path in paths]
