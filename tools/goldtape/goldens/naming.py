"""The names of golden files: made of the test's id, reversible, and different for any two tests.

The goldens of `tests/curation/test_flow.py::TestX::test_y[a/b]` are `curation/test_flow/TestX.test_y[a%2Fb]`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from goldtape.config import Config

# Allowed in file names on every system. "%" is not among them, so quoting can be undone.
_SAFE = "[]()=,+@ "
# File systems allow names of 255 bytes; the suffix of a second snapshot and ".yaml" must still fit.
_MAX_BYTES = 200
_DIGEST_BYTES = 6
_CUT = _MAX_BYTES - 2 * _DIGEST_BYTES - 1
_DIGESTED = re.compile(rf".{{{_CUT}}}~[0-9a-f]{{{2 * _DIGEST_BYTES}}}", re.DOTALL)


class NamesCollide(ValueError):
    """Two tests would share a file; the message names both and the next step."""


def project_nodeid(nodeid: str, file: Path, root: Path) -> str:
    """pytest's id of a test in `file`, relative to the project even if pytest has another rootdir."""
    inside = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name
    return f"{inside}::{nodeid.partition('::')[2]}"


def golden_name(nodeid: str, tests: str) -> PurePosixPath:
    """The path of a test's goldens below cassettes/ and snapshots/, without a suffix.

    `nodeid` is pytest's id of the test and `tests` the folder of the tests, with forward slashes, both relative to the
    project's root.
    """
    file, _, name = nodeid.partition("::")
    module = PurePosixPath(file)
    folder = module.relative_to(tests) if module.is_relative_to(tests) else module
    return (folder.with_suffix("") if folder.suffix == ".py" else folder) / file_name(name)


def file_name(name: str) -> str:
    """The quoted name of a test within its module; a very long one ends in a digest of the whole."""
    # Class and function are joined by a dot, which neither can contain; parameters can contain anything.
    head, bracket, parameters = name.partition("[")
    quoted = quote(head.replace("::", ".") + bracket + parameters, safe=_SAFE)
    if len(quoted) <= _MAX_BYTES:
        return quoted
    digest = hashlib.blake2s(name.encode(), digest_size=_DIGEST_BYTES).hexdigest()
    return f"{quoted[:_CUT]}~{digest}"


def owner(file: Path) -> Path:
    """The snapshot of the exchanges that a snapshot belongs to: itself, or that of the test that compares the value."""
    # The "~" of `<test>~1` is no part of a test's name, but it can stand in a parameter, and before a digest.
    stem, mark, _ = file.stem.rpartition("~")
    is_whole = "[" not in stem or stem.endswith("]") or _DIGESTED.fullmatch(stem)
    own = mark and is_whole and not _DIGESTED.fullmatch(file.stem)
    return file.with_name(f"{stem}{file.suffix}") if own else file


@dataclass(frozen=True, slots=True)
class Goldens:
    """The files of a test; `name` is their path below cassettes/ and snapshots/, without a suffix."""

    name: PurePosixPath
    cassette: Path
    snapshot: Path


def goldens_of(nodeid: str, config: Config) -> Goldens:
    """The files of a test; `nodeid` is pytest's id of it, relative to the project's root."""
    name = golden_name(nodeid, config.tests.relative_to(config.root).as_posix())
    return Goldens(name, suffixed(config.cassettes, name, ".yaml"), suffixed(config.snapshots, name, ".json"))


def refuse_collisions(named: Iterable[tuple[str, PurePosixPath]]) -> None:
    """Raise NamesCollide if two tests (id, golden name) share a file, also on file systems that fold case."""
    seen: dict[str, str] = {}
    for nodeid, name in named:
        other = seen.setdefault(str(name).casefold(), nodeid)
        if other != nodeid:
            raise NamesCollide(
                f"two tests would share the goldens {name}\n  {other}\n  {nodeid}\n"
                "next: give one of them another name (file systems may fold case)"
            )


def suffixed(folder: Path, name: PurePosixPath, suffix: str) -> Path:
    """`folder/name` with a suffix appended; `with_suffix` would cut a name that has a dot."""
    return folder.joinpath(*name.parts[:-1], f"{name.name}{suffix}")
