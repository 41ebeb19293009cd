"""snapshot: where syrupy puts a snapshot, in which form, and who is handed its new content."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from syrupy.data import Snapshot, SnapshotCollection

from goldtape.goldens.reading import UnreadableGolden
from goldtape.goldens.snapshot import GoldenExtension, TranscriptExtension, bound

from ..made import config


class Home:
    """A running test: keeps what it is handed, and writes numbers as words."""

    is_compared = True

    def __init__(self, root: Path) -> None:
        self.config = config(root)
        self.staged: dict[Path, bytes] = {}

    def stage(self, path: Path, content: bytes) -> None:
        self.staged[path] = content

    def canonical(self, value: Any) -> Any:
        return {"seen": value}


def located(root: Path, name: str, index: Any, extension: type[GoldenExtension] = GoldenExtension) -> str:
    """Where a snapshot of a test lies, below the snapshots folder."""
    item = SimpleNamespace(path=root / "tests/shop/test_cart.py")
    location: Any = SimpleNamespace(item=item, nodeid=f"tests/shop/test_cart.py::{name}", snapshot_name=name)
    path = extension.get_location(test_location=location, index=index)
    return Path(path).relative_to(root / "snapshots").as_posix()


@pytest.mark.parametrize(
    ("name", "index", "file"),
    [
        ("test_buy", 0, "shop/test_cart/test_buy~1.json"),
        ("test_buy", "rows", "shop/test_cart/test_buy~rows.json"),
        ("test_buy", "a/b~c", "shop/test_cart/test_buy~a%2Fb%7Ec.json"),
        ("test_buy", "goldtape: the exchanges", "shop/test_cart/test_buy~goldtape%3A the exchanges.json"),
    ],
)
def test_a_snapshot_lies_beside_the_transcript_of_its_test(tmp_path: Path, name: str, index: Any, file: str) -> None:
    """Numbered from 1, or under the name that the test gives it."""
    with bound(Home(tmp_path)):
        assert located(tmp_path, name, index) == file


@pytest.mark.parametrize(("name", "file"), [("test_buy", "test_buy"), ("test_buy[a/b]", "test_buy[a%2Fb]")])
def test_a_transcript_lies_under_the_name_of_its_test(tmp_path: Path, name: str, file: str) -> None:
    """Alone, whatever syrupy calls it."""
    with bound(Home(tmp_path)):
        assert located(tmp_path, name, 0, TranscriptExtension) == f"shop/test_cart/{file}.json"


def test_a_run_inside_a_run_has_its_own_home(tmp_path: Path) -> None:
    """And gives the outer one back."""
    with bound(Home(tmp_path / "outer")):
        with bound(Home(tmp_path / "inner")):
            assert located(tmp_path / "inner", "t", 0)
        assert located(tmp_path / "outer", "t", 0)


def test_new_content_is_handed_to_the_running_test(tmp_path: Path) -> None:
    """Nothing is written by syrupy itself."""
    home, file = Home(tmp_path), tmp_path / "snapshots/t.json"
    collection = SnapshotCollection(location=str(file))
    collection.add(Snapshot(name="t", data="{}\n"))

    with bound(home):
        GoldenExtension.write_snapshot_collection(snapshot_collection=collection)

    assert home.staged == {file: b"{}\n"}
    assert not file.exists()


def test_a_value_of_the_test_is_made_canonical_and_a_transcript_is_so_already(tmp_path: Path) -> None:
    """Both end in one newline."""
    transcript = {"goldtape": 1, "test": "t", "cases": [], "exchanges": []}

    with bound(Home(tmp_path)):
        own, alike = (GoldenExtension().serialize(value) for value in ({"n": 1}, transcript))
        ours = TranscriptExtension().serialize(transcript)

    assert own == '{\n  "seen": {"n": 1}\n}\n'
    assert alike.startswith('{\n  "seen": {')
    assert ours.startswith('{\n  "goldtape": 1,')


@pytest.mark.parametrize(("content", "line"), [(b"", 1), (b"{\n  1", 2), (b"\xff", 1), (b"{}\n=======\n", 2)])
def test_a_broken_snapshot_is_refused_in_one_line(tmp_path: Path, content: bytes, line: int) -> None:
    """syrupy shows the last line of an error only."""
    file = tmp_path / "t.json"
    file.write_bytes(content)

    with pytest.raises(UnreadableGolden) as refused:
        GoldenExtension().read_snapshot_data_from_location(snapshot_location=str(file))

    assert str(refused.value).startswith(f"{file}:{line}: ")
    assert "\n" not in str(refused.value)


def test_a_snapshot_that_is_not_there_is_none(tmp_path: Path) -> None:
    """syrupy then says that it does not exist."""
    assert GoldenExtension().read_snapshot_data_from_location(snapshot_location=str(tmp_path / "no.json")) is None
