"""Which names on the share are files to look at: not the temporary ones that editors and uploads leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

IGNORED_PREFIXES = ("~$", ".")
IGNORED_SUFFIXES = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".swp")
IGNORED_NAMES = frozenset({"thumbs.db", "desktop.ini"})


class SourceFile(NamedTuple):
    """A file one level below the source root; sorts by remitter, then by name."""

    remitter: str
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class TempNames:
    """What makes a name temporary; prefixes and suffixes are in lower case."""

    prefixes: tuple[str, ...] = IGNORED_PREFIXES
    suffixes: tuple[str, ...] = IGNORED_SUFFIXES

    def match(self, name: str) -> bool:
        """Tell whether a basename is temporary; case does not matter.

        >>> TempNames().match("~$LOCK.xlsx"), TempNames().match("DATA.pdf.PART"), TempNames().match("DATA.pdf")
        (True, True, False)
        """
        lower = name.lower()
        return lower.startswith(self.prefixes) or lower.endswith(self.suffixes) or lower in IGNORED_NAMES
