"""Versions of one logical file -> a group with its newest.

A name may end in one stamp: `_` or `.`, then exactly 14 or exactly 8 digits. Files of a remitter that differ in
nothing but the stamp are versions of each other, and the newest is the last in plain string order, of those that are
there and of those that were: the rows know them. That is not always the latest stamp:

    R_20250105.x    < R_20250105120000.x      a dot sorts below every digit
    R_20250105120000.x < R_20250106.x         so does an earlier day, whatever its time
    R.20250107.x    < R_20250105.x            a dot sorts below an underscore
    R.20250105.x    < R.x < R_20250105.x
"""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from services.coordinator.listing import SourceFile

# Only the number of digits counts: nobody checks that they are a date. There must be something before the stamp.
_STAMP = re.compile(r"(?<=.)[_.](?:[0-9]{14}|[0-9]{8})$")


@dataclass(frozen=True, slots=True)
class Group:
    """The versions of one logical file; `older` is sorted and may be empty."""

    remitter: str
    base_name: str
    newest: SourceFile
    older: tuple[SourceFile, ...]


def strip_ts_basename(name: str) -> str:
    """Remove one stamp from the end of a basename's stem; a name without an extension has none.

    >>> strip_ts_basename("REPORT_20251105120450.xlsx"), strip_ts_basename("R_20250101_20250102.x")
    ('REPORT.xlsx', 'R_20250101.x')
    """
    stem, extension = ntpath.splitext(name)
    return _STAMP.sub("", stem) + extension if extension else name


def grouped(files: Iterable[SourceFile]) -> list[Group]:
    """Group files by remitter and stripped name, in ascending order of both."""
    versions: dict[tuple[str, str], list[SourceFile]] = {}
    for file in sorted(files):
        versions.setdefault((file.remitter, strip_ts_basename(file.name)), []).append(file)
    return [
        Group(remitter, base_name, newest=found[-1], older=tuple(found[:-1]))
        for (remitter, base_name), found in sorted(versions.items())
    ]
