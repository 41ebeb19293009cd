"""Test ids <-> file names: reversible, and never the same name for two tests.

`tests/curation/test_flow.py::TestX::test_y[a/b]` lies at `curation/test_flow/TestX.test_y[a%2Fb]`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from urllib.parse import quote

# Legal in a file name on every system; "%" itself is quoted, so quoting can be undone.
_SAFE = "[]()=,+@ "
# File systems allow 255 bytes a name; the suffix of a second snapshot and ".yaml" must still fit.
_MAX_BYTES = 200


class NamesCollide(ValueError):
    """Two tests would share a file; the message names both and what to rename."""


def project_nodeid(nodeid: str, file: Path, root: Path) -> str:
    """pytest's id of a test in `file`, relative to the project even when pytest runs with another rootdir."""
    inside = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.name
    return f"{inside}::{nodeid.partition('::')[2]}"


def golden_name(nodeid: str, tests: str) -> PurePosixPath:
    """Where the goldens of a test lie, below cassettes/ and snapshots/, without a suffix.

    Args:
        nodeid: pytest's id of the test, relative to the project's root.
        tests: The folder of the tests, relative to the root, with forward slashes.
    """
    file, _, name = nodeid.partition("::")
    module = PurePosixPath(file)
    folder = module.relative_to(tests) if module.is_relative_to(tests) else module
    return folder.with_suffix("") / file_name(name)


def file_name(name: str) -> str:
    """The quoted name of a test within its module; a very long one ends in a digest of the whole."""
    quoted = quote(_dotted(name), safe=_SAFE)
    if len(quoted) <= _MAX_BYTES:
        return quoted
    digest = hashlib.blake2s(name.encode(), digest_size=6).hexdigest()
    return f"{quoted[: _MAX_BYTES - 13]}~{digest}"


def refuse_collisions(named: Iterable[tuple[str, PurePosixPath]]) -> None:
    """Check that no two tests (id, golden name) share a file, on file systems that fold case too.

    Raises:
        NamesCollide: They do.
    """
    seen: dict[str, str] = {}
    for nodeid, name in named:
        other = seen.setdefault(str(name).casefold(), nodeid)
        if other != nodeid:
            raise NamesCollide(
                f"two tests would share the goldens {name}\n  {other}\n  {nodeid}\n"
                "next: give one of them another name (file systems may fold case)"
            )


def suffixed(folder: Path, name: PurePosixPath, suffix: str) -> Path:
    """`folder/name` with a suffix appended; `with_suffix` would cut a name with a dot in it."""
    return folder.joinpath(*name.parts[:-1], f"{name.name}{suffix}")


def _dotted(name: str) -> str:
    """Class and function are joined by a dot; a dot cannot occur in either before the parameters begin."""
    head, bracket, parameters = name.partition("[")
    return head.replace("::", ".") + bracket + parameters
