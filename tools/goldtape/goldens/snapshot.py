"""The syrupy extension: where a snapshot lies, and how it is written.

A transcript lies at `snapshots/<system>/<module>/<test>.json`; what a test compares itself, with
`assert x == snapshot`, beside it at `<test>~1.json` or `<test>~<name>.json`. Writing is handed to the recording, so
that all goldens of a test change together; finding unused ones is the business of `goldtape audit`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from syrupy.data import SnapshotCollection, SnapshotCollections
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.location import PyTestLocation

from goldtape.config import Config
from goldtape.goldens import transcript
from goldtape.goldens.naming import file_name, golden_name, project_nodeid, suffixed
from goldtape.goldens.reading import UnreadableGolden, read_golden

TRANSCRIPT = "goldtape: the exchanges"
"""The index under which a test's transcript is compared; no name that a test would choose for a value of its own."""


class Home(Protocol):
    """Where the snapshots of the running test belong."""

    @property
    def config(self) -> Config:
        """The project's."""

    def stage(self, path: Path, content: bytes) -> None:
        """Take the new content of a snapshot."""

    def canonical(self, value: Any) -> Any:
        """Put placeholders into a JSON value that the test compares itself."""


# syrupy makes and calls the extension by itself, and tells its class methods nothing of the running test.
_HOMES: list[Home] = []


@contextmanager
def bound(home: Home) -> Iterator[None]:
    """Bind the extension to the running test; runs inside runs come on top of each other."""
    _HOMES.append(home)
    try:
        yield
    finally:
        _HOMES.pop()


class GoldenExtension(JSONSnapshotExtension):
    """Goldtape's snapshots."""

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """The name that syrupy's report shows."""
        name = str(test_location.snapshot_name)
        return name if index == TRANSCRIPT else f"{name}~{_place(index)}"

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: Any) -> str:
        """The snapshot's file."""
        suffix = ".json" if index == TRANSCRIPT else f"~{_place(index)}.json"
        config = _HOMES[-1].config
        tests = config.tests.relative_to(config.root).as_posix()
        nodeid = project_nodeid(test_location.nodeid, test_location.item.path, config.root)
        return str(suffixed(config.snapshots, golden_name(nodeid, tests), suffix))

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        """True: every location came from `get_location`."""
        return True

    def discover_snapshots(self, **_: Any) -> SnapshotCollections:
        """None, so that syrupy never takes another test's golden for an unused one."""
        return SnapshotCollections()

    def serialize(self, data: Any, **options: Any) -> str:
        """A transcript in its own form, anything else as syrupy writes JSON."""
        if isinstance(data, dict) and data.get("goldtape") == transcript.FORMAT:
            return transcript.render(data)
        value = _HOMES[-1].canonical(json.loads(super().serialize(data, **options)))
        return json.dumps(value, indent=2, ensure_ascii=False) + "\n"

    def read_snapshot_data_from_location(self, *, snapshot_location: str, **_: Any) -> str | None:
        """The text of a snapshot, None when there is none; UnreadableGolden when it is broken."""
        path = Path(snapshot_location)
        try:
            text = read_golden(path)
            json.loads(text)
        except FileNotFoundError:
            return None
        except json.JSONDecodeError as error:
            raise _Unreadable(path, error.lineno, f"not JSON: {error.msg}") from error
        except UnreadableGolden as error:
            raise _Unreadable(error.path, error.line, error.what) from error
        return text

    @classmethod
    def write_snapshot_collection(cls, *, snapshot_collection: SnapshotCollection, **_: Any) -> None:
        """Hand the new content to the recording."""
        [snapshot] = snapshot_collection
        _HOMES[-1].stage(Path(snapshot_collection.location), str(snapshot.data).encode("utf-8"))


class _Unreadable(UnreadableGolden):
    """The same in one line, because syrupy shows the last line of an error and hides the others."""

    def __str__(self) -> str:
        return super().__str__().replace("\n", "; ")


def _place(index: Any) -> str:
    # A "~" in it would be taken for the one that stands before it.
    return file_name(index).replace("~", "%7E") if isinstance(index, str) else str(index + 1)
