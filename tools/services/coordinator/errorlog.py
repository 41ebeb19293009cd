"""The last error lines of the service, so that somebody without access to its log can see them."""

from __future__ import annotations

import logging
from collections import deque

KEPT = 200


class ErrorLog(logging.Handler):
    """Keeps the messages of errors, numbered from 0 since the start."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._lines: deque[str] = deque(maxlen=KEPT)
        self.total = 0

    def emit(self, record: logging.LogRecord) -> None:
        self._lines.append(record.getMessage())
        self.total += 1

    def since(self, number: int) -> list[str]:
        """Return the lines from `number` on, oldest first; those no longer kept are left out."""
        first_kept = self.total - len(self._lines)
        return list(self._lines)[max(0, number - first_kept) :]
