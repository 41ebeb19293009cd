"""A folder for a server of a live run. What a killed run has left behind goes at the next start."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

# The operating system lets go of it when its owner ends, in whatever way.
_LOCK = "owner.lock"


@contextmanager
def folder(kind: str) -> Iterator[Path]:
    """Make a temporary folder, for the block."""
    prefix = f"goldtape-{kind}-"
    for lock in Path(tempfile.gettempdir()).glob(f"{prefix}*/{_LOCK}"):
        with suppress(Timeout, OSError), FileLock(lock, timeout=0):  # of another user, or of a run that lives
            shutil.rmtree(lock.parent, ignore_errors=True)
    made, held = _made(prefix)
    try:
        yield made
    finally:
        held.release()
        shutil.rmtree(made, ignore_errors=True)


def _made(prefix: str) -> tuple[Path, FileLock]:
    while True:
        made = Path(tempfile.mkdtemp(prefix=prefix))
        held = FileLock(made / _LOCK)
        with suppress(FileNotFoundError):
            held.acquire()
            if (made / _LOCK).exists():
                return made, held
            held.release()  # another start took it for left behind, in the moment before it was locked
