"""What the L1 suite's goldens stand on: a small depth cap, and a file that the service's warnings go to.

It has the last word over the environment: a walk with another cap has other goldens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield L1_AI_MAX_DEPTH and L1_LOG_FILE; the file goes with the run."""
    with tempfile.TemporaryDirectory(prefix="goldtape-l1-") as folder:
        yield {"L1_AI_MAX_DEPTH": "3", "L1_LOG_FILE": str(Path(folder) / "warnings.log")}
