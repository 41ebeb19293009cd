"""A server as a child process: started on a free port, waited for, and stopped, even if the parent is killed."""

from __future__ import annotations

import ctypes
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


def ending_with_parent(number: signal.Signals = signal.SIGTERM) -> Callable[[], None] | None:
    """For Popen's `preexec_fn`: a child gets this signal when the run ends in whatever way, so it does not outlive it.

    None where the operating system has no such call.
    """
    if sys.platform != "linux":
        return None

    def prepare() -> None:
        # prctl(2), PR_SET_PDEATHSIG: a run that is killed cannot stop its children.
        ctypes.CDLL(None).prctl(1, number)
        # `stop` sends this signal, and a run in the background of a script passes on that it is ignored.
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return prepare


END_WITH_PARENT = ending_with_parent()


class Missing(RuntimeError):
    """What a server stands on is not installed here; the message says in one line how to get it."""


class StartError(RuntimeError):
    """A server did not start; the message holds the reason, the command, and the end of its output."""


@contextmanager
def serving(
    template: str, environ: Mapping[str, str], folder: Path, log: Path, ready: str = "/healthz", port: int = 0
) -> Iterator[str]:
    """Run a command that serves HTTP on the loopback interface.

    Args:
        template: The command, with `{port}` in it; `python` becomes the interpreter that runs this.
        environ: The whole environment of the child; `folder` is its working folder, `log` the file for its output.
        ready: The path that answers with a status below 400 once the server is up.
        port: The port; 0 takes any free one.

    Yields:
        The base URL, without a final slash.

    Raises:
        StartError: The command cannot be run, ends at once, or is not ready within START_TIMEOUT_S seconds.
    """
    port = port or free_port()
    words = shlex.split(template.format(port=port))
    command = [sys.executable if word == "python" else word for word in words]
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            child = subprocess.Popen(
                command,
                cwd=folder,
                env=environ,
                stdout=output,
                stderr=output,
                # In a session of its own it gets no Ctrl-C from the terminal; the run gets it, and stops the child.
                start_new_session=True,
                preexec_fn=END_WITH_PARENT,
            )
    except OSError as error:
        raise StartError(f"{error}\n  $ {shlex.join(command)}") from error
    url = f"http://127.0.0.1:{port}"
    try:
        if why := _wait_until_ready(child, f"{url}{ready}"):
            tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
            raise StartError("\n".join([why, f"  $ {shlex.join(command)}", *(f"  | {line}" for line in tail)]))
        yield url
    finally:
        stop(child)


def stop(child: subprocess.Popen[Any]) -> None:
    """End a child process and all that it has started: with a signal first, so that it can clean up, then by force.

    The child has to lead a session of its own.
    """
    if child.poll() is None:
        _signal(child, signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            child.wait(STOP_TIMEOUT_S)
    # Its group keeps its number as long as anybody is in it.
    _signal(child, signal.SIGKILL)
    child.wait()


def _signal(child: subprocess.Popen[Any], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS refuses to signal a group of zombies
        os.killpg(child.pid, number)


def free_port() -> int:
    """A loopback port that no process listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(child: subprocess.Popen[bytes], url: str) -> str:
    """Wait for the server to answer; returns "", or the reason why it is not ready."""
    deadline, answer = time.monotonic() + START_TIMEOUT_S, "did not answer"
    while time.monotonic() < deadline:
        if child.poll() is not None:
            return f"it ended with exit code {child.returncode}"
        try:
            if (status := httpx.get(url, timeout=2, trust_env=False).status_code) < 400:
                return ""
            answer = f"answered {status}"
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    return f"{url} {answer} for {START_TIMEOUT_S:.0f} s"
