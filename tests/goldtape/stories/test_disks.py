"""Full disks, other file systems, read-only folders: a run says so, destroys nothing, and the next one works."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .project import Project

CART = """
def test_buy(shop):
    cart = shop.post("/v1/carts", json={"name": "birthday"}).json()
    assert cart["name"] == "birthday"
"""
GOLDENS = ["cassettes/test_cart/test_buy.yaml", "snapshots/test_cart/test_buy.json"]


@contextmanager
def mounted(folder: Path, options: str = "size=1m") -> Iterator[None]:
    """A file system of its own at a folder; what lay in the folder lies there."""
    held = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    folder.mkdir(exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no mount command here")
    if done.returncode:
        pytest.skip(f"file systems cannot be mounted here: {done.stderr.strip()}")
    try:
        for file, content in held.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Write until the disk is full; returns the file that takes the room."""
    file = folder / "filler"
    with file.open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            return file


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A mounted folder that cannot be written meanwhile, not even by root."""
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["mount", "-o", "remount,rw", str(folder)], check=True)


def found(project: Project) -> Project:
    """The project with what lies on its disks, but for the shop's own notes."""
    return project.found().remove("calls.txt")


@pytest.fixture
def recorded(shop: Project) -> Project:
    """A project with goldens on disk, whose service has changed since."""
    project = shop.add("tests/test_cart.py", CART).recorded().change_service('"items": []', '"items": [], "new": 1')
    project.write()
    return project


@pytest.mark.parametrize("folder", ["cassettes", "snapshots", ".goldtape"])
def test_goldens_and_journal_may_lie_on_different_file_systems(recorded: Project, folder: str) -> None:
    """A recording changes both goldens, whichever of the folders is elsewhere."""
    with mounted(recorded.path / folder):
        again = recorded.record()

        assert again.outcomes == {"passed": 1}
        assert again.changed == GOLDENS
        assert again.replay().outcomes == {"passed": 1}


@pytest.mark.parametrize("folder", ["cassettes", "snapshots", ".goldtape"])
def test_a_full_disk_fails_the_recording_and_changes_no_golden(recorded: Project, folder: str) -> None:
    """The test fails in two lines, and is recorded once there is room."""
    with mounted(recorded.path / folder, "size=64k"):
        filler = fill(recorded.path / folder)
        full = found(recorded).record()

        [fact, command] = full.reports["ERROR at teardown of test_buy"]
        assert fact.startswith(f"{recorded.path}/{folder}")
        assert fact.endswith(": No space left on device; no golden of the test was changed")
        assert command == "next: make room there, or make it writable, and record again"
        assert full.changed == []

        filler.unlink()
        assert found(full).record().changed == GOLDENS


def test_a_read_only_folder_fails_the_recording_and_not_the_replay(recorded: Project) -> None:
    """The folder is named; the goldens in it play as before."""
    with mounted(recorded.path / "cassettes"), read_only(recorded.path / "cassettes"):
        refused = recorded.record()

        assert refused.reports["ERROR at teardown of test_buy"][0] == (
            f"{recorded.path}/cassettes/test_cart: Read-only file system; no golden of the test was changed"
        )
        assert refused.changed == []
        assert refused.replay().outcomes == {"passed": 1}


def test_a_journal_that_cannot_be_carried_out_is_one_line_and_replay_runs(recorded: Project) -> None:
    """Killed after the decision, then the folder became read-only: replay plays, a recording is refused."""
    target, new, old = GOLDENS[0], "cassettes/test_cart/.goldtape-0-0.new", "cassettes/test_cart/.goldtape-0-0.old"
    killed = recorded.add(new, "interactions: []\nversion: 1\n").add(old, recorded.files[target])
    killed = killed.add(".goldtape/commit/journal.json", json.dumps([[f"../{target}", f"../{new}", f"../{old}"]]))
    killed.write()
    with mounted(recorded.path / "cassettes"):
        with read_only(recorded.path / "cassettes"):
            replayed = killed.replay()

            assert replayed.outcomes == {"passed": 1}
            assert replayed.summary == [
                "1 test, 1 exchange compared: 0 drifted, 0 failed",
                f"{recorded.path}/{target}: Read-only file system; an interrupted recording can be neither "
                "finished nor undone; next: make it writable, or delete "
                f"{recorded.path}/.goldtape/commit and see in git status what is half a recording",
            ]
            assert replayed.record().usage_error[0].startswith(f"{recorded.path}/{target}: Read-only")

        # The rest is undone, because the first attempt to finish it has failed.
        mended = found(replayed).replay()

        assert mended.outcomes == {"passed": 1}
        assert mended.golden(target) == recorded.golden(target)
        assert not [path for path in mended.files if "/.goldtape-" in path or "/commit/" in path]


def test_a_results_file_that_cannot_be_kept_costs_no_line_of_the_report(shop: Project) -> None:
    """Disk full at the end of the run: failures and summary are shown, and one line more."""
    project = shop.add("tests/test_cart.py", CART).recorded()
    project.write()
    with mounted(project.path / ".goldtape", "size=64k"):
        fill(project.path / ".goldtape")

        failed = found(project).edit("tests/test_cart.py", '== "birthday"', '== "wedding"').replay()

    assert failed.outcomes == {"failed": 1}
    assert list(failed.reports) == ["test_buy"]
    assert failed.summary == [
        "1 test, 1 exchange compared: 0 drifted, 1 failed",
        f"the outcomes could not be kept in {project.path}/.goldtape/results.json: No space left on device",
    ]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"a": 1}', b"\xff", b"[" * 100_000])
def test_a_damaged_results_file_is_begun_anew(shop: Project, content: bytes) -> None:
    """It is a cache of what runs came to."""
    project = shop.add("tests/test_cart.py", CART).recorded().add(".goldtape/results.json", content)

    replayed = project.replay()

    assert replayed.outcomes == {"passed": 1}
    assert list(json.loads(replayed.golden(".goldtape/results.json"))) == ["tests/test_cart.py::test_buy"]


def test_a_file_in_place_of_the_work_folder_does_not_keep_a_replay_from_running(shop: Project) -> None:
    """The line says what is in the way."""
    project = shop.add("tests/test_cart.py", CART).recorded()
    odd = project.remove(*(path for path in project.files if path.startswith(".goldtape/")))
    odd.write()
    shutil.rmtree(odd.path / ".goldtape", ignore_errors=True)

    replayed = odd.add(".goldtape", "").replay()

    assert replayed.outcomes == {"passed": 1}
    assert replayed.summary[1] == (f"the outcomes could not be kept in {odd.path}/.goldtape/results.json: File exists")
