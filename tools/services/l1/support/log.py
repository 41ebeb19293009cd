"""The warnings of the service since a test began."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from services.l1.errors import NotFound
from services.state import state

# As loggers write the level: WARNING, warn, "level":"error".
LOUD = re.compile(r"\b(warn|warning|error|critical|fatal)\b", re.IGNORECASE)


class WarningLog:
    """Reads a file that the service adds to."""

    def __init__(self, file: Path | None) -> None:
        self._file, self._begin = file, 0

    def begin(self) -> None:
        """Forget what is there."""
        self._begin = self._file.stat().st_size if self._file and self._file.exists() else 0

    def lines(self) -> list[str]:
        """The lines of warnings and errors.

        Raises:
            NotFound: the support API does not know the file.
        """
        if self._file is None:
            raise NotFound("L1_LOG_FILE is not set for the support API")
        if not self._file.exists():
            return []
        with self._file.open("rb") as log:
            log.seek(self._begin)
            return [line for line in log.read().decode("utf-8", "replace").splitlines() if LOUD.search(line)]


WarningsOf = Annotated[WarningLog, state("warnings")]
