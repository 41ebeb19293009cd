"""Running pytest from a command: the command is shown first, and its exit code means what goldtape's do."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# https://docs.pytest.org/en/stable/reference/exit-codes.html
_MEANING = {0: 0, 1: 1}


def pytest_at(root: Path, arguments: Sequence[str]) -> int:
    """Run pytest in a folder, output passed through.

    Returns:
        0 all passed, 1 a test failed, 2 anything else: interrupted, usage error, or no test at all.
    """
    print(f"$ pytest {shlex.join(arguments)}", file=sys.stderr, flush=True)
    code = subprocess.run([sys.executable, "-m", "pytest", *arguments], cwd=root, check=False).returncode
    return _MEANING.get(code, 2)
