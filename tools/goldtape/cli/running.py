"""What commands run: pytest, shown before it starts, and servers, until Ctrl-C."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path


def pytest_at(root: Path, arguments: Sequence[str], kept: Sequence[int] = (0, 1)) -> int:
    """Run pytest in a folder, output passed through; live when the arguments say so, whatever the environment says.

    Returns:
        0 all passed, 1 a test failed, or what else is `kept`; 2 anything else: a usage error, or no test at all.

    Raises:
        KeyboardInterrupt: Ctrl-C, once pytest has ended.
    """
    print(f"$ {shlex.join(['pytest', *arguments])}", file=sys.stderr, flush=True)
    environ = {name: value for name, value in os.environ.items() if name != "GOLDTAPE_LIVE"}
    command = [sys.executable, "-m", "pytest", *arguments]
    code = _wait(subprocess.Popen(command, cwd=root, env=environ))
    # https://docs.pytest.org/en/stable/reference/exit-codes.html
    return code if code in kept else 2


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait to the end; the terminal sends Ctrl-C to pytest too, which then stops the services that it started."""
    interrupted = None
    while child.poll() is None:
        try:
            child.wait()
        except KeyboardInterrupt as error:
            interrupted = error
    if interrupted:
        raise interrupted
    return child.returncode


def until_interrupted() -> None:
    """Wait for Ctrl-C, or for the signal by which a supervisor says the same."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print("Ctrl-C stops it", file=sys.stderr)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
