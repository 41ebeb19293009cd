"""The folders of what a live run stands on: gone with the run, and after a run that was killed with the next one."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from stack import scratch

HOLD = """
import time
from stack import scratch

with scratch.folder("pg") as folder:
    (folder / "data").mkdir()
    print(folder, flush=True)
    time.sleep(60)
"""


@contextmanager
def holding(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """A process that has a folder; it is killed at the end."""
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(temporary)}
    ) as child:
        assert child.stdout is not None
        try:
            yield child, Path(child.stdout.readline().strip())
        finally:
            child.kill()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders are made, here and in child processes."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_folder_is_there_for_its_block(temporary: Path) -> None:
    """Under the name that it is asked for by."""
    with scratch.folder("pg") as folder:
        assert folder.is_dir()
        assert folder.name.startswith("goldtape-pg-")

    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_killed_run_goes_at_the_next_start_and_that_of_a_living_one_stays(temporary: Path) -> None:
    """As does whatever somebody else has put there, and a folder without a lock."""
    others = [temporary / "goldtape-pg-of-another-make", temporary / "goldtape-smb-x"]
    for other in others:
        other.mkdir()
    with holding(temporary) as (killed, left), holding(temporary) as (_, living):
        killed.kill()
        killed.wait()
        assert (left / "data").is_dir()

        with scratch.folder("pg") as own:
            assert set(temporary.iterdir()) == {own, living, *others}
