"""The syrupy extension: finds, reads and writes snapshots.

A transcript is in `snapshots/<system>/<module>/<test>.json`. The values that a test compares itself, with
`assert x == snapshot`, are beside it in `<test>~1.json` or `<test>~<name>.json`. The recording does the writing, so
that all goldens of a test change together. `goldtape audit` finds unused snapshots, not syrupy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, Protocol

from syrupy.data import SnapshotCollection, SnapshotCollections
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.location import PyTestLocation

from goldtape.config import Config
from goldtape.goldens import transcript
from goldtape.goldens.naming import file_name, goldens_of, project_nodeid
from goldtape.goldens.reading import UnreadableGolden, parse_json, read_golden
from goldtape.goldens.snapshot_layout import text


class Home(Protocol):
    """The recording of the running test, as the extension needs it; every value agrees unless it `is_compared`."""

    config: Config
    is_compared: bool

    def stage(self, path: Path, content: bytes) -> None:
        """Keep the new content of a snapshot."""

    def canonical(self, value: Any) -> Any:
        """The canonical form of a JSON value that the test compares itself."""


# syrupy creates the extension itself, and its class methods do not get the running test.
_HOMES: list[Home] = []
_NOT_COMPARED = "not compared"


@contextmanager
def bound(home: Home) -> Iterator[None]:
    """Bind the extension to the running test; a run inside a run binds it to its own tests meanwhile."""
    _HOMES.append(home)
    try:
        yield
    finally:
        _HOMES.pop()


class GoldenExtension(JSONSnapshotExtension):
    """Goldtape's snapshots, of values that a test compares itself."""

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """The name in syrupy's report."""
        return f"{test_location.snapshot_name}{cls.suffix(index)}"

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: Any) -> str:
        """The snapshot's file."""
        config = _HOMES[-1].config
        file = goldens_of(project_nodeid(test_location.nodeid, test_location.item.path, config.root), config).snapshot
        return str(file.with_name(f"{file.stem}{cls.suffix(index)}.json"))

    @classmethod
    def suffix(cls, index: Any) -> str:
        """What stands behind the name of the test, for the value with this number, from 0, or name."""
        # A "~" in a name could be mistaken for the separator.
        return f"~{file_name(index).replace('~', '%7E') if isinstance(index, str) else index + 1}"

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        """True: every location came from `get_location`."""
        return True

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """Nothing, so that syrupy reports no golden of another test as unused."""
        return SnapshotCollections()

    def serialize(self, data: Any, **options: Any) -> str:
        """The canonical JSON of a value."""
        if not _HOMES[-1].is_compared:
            return _NOT_COMPARED
        return text(_HOMES[-1].canonical(json.loads(super().serialize(data, **options))))

    def read_snapshot_data_from_location(self, *, snapshot_location: str, **_: Any) -> str | None:
        """The text of a snapshot, None if there is none; raises UnreadableGolden if it is broken."""
        if _HOMES and not _HOMES[-1].is_compared:
            return _NOT_COMPARED
        path = Path(snapshot_location)
        try:
            text = read_golden(path)
            parse_json(text, path)
        except FileNotFoundError:
            return None
        except UnreadableGolden as error:
            raise _Unreadable(error.path, error.line, error.what) from error
        return text

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: SnapshotCollection, **_: Any) -> None:
        """Give the new content to the recording."""
        [snapshot] = snapshot_collection
        _HOMES[-1].stage(Path(snapshot_collection.location), str(snapshot.data).encode("utf-8"))


class TranscriptExtension(GoldenExtension):
    """The snapshot of a test's exchanges; only the run of the test passes one, and it is canonical already."""

    @classmethod
    def suffix(cls, index: Any) -> str:
        """Nothing: there is one of a test."""
        return ""

    def serialize(self, data: Any, **options: Any) -> str:
        """The text of a transcript."""
        return text(data)


def agrees(path: Path, shown: transcript.Transcript, stage: Callable[[Path, bytes], None] | None) -> bool:
    """Whether a snapshot shows this transcript, for goldens that belong to no test; `stage` takes the new text."""
    content = text(shown)
    try:
        same = read_golden(path) == content
    except FileNotFoundError:
        same = False
    if not same and stage:
        stage(path, content.encode("utf-8"))
    return same or stage is not None


def not_in_layout(path: Path, shown: transcript.Transcript) -> UnreadableGolden:
    """The error for a snapshot that says the same as a transcript, but in other lines."""
    there, ours = read_golden(path).split("\n"), text(shown).split("\n")
    number = next(place for place, (one, other) in enumerate(zip_longest(there, ours), start=1) if one != other)
    return UnreadableGolden(path, number, "not in goldtape's own layout, in which each golden has one form only")


class _Unreadable(UnreadableGolden):
    """The error in one line, because syrupy shows only the last line of an error."""

    def __str__(self) -> str:
        return super().__str__().replace("\n", "; ")
