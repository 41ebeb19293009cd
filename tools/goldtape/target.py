"""Where a live run's requests go: the deployment that the environment names, or a local service started for the run.

A local service is a command with `{port}` in it. It runs as a process of its own, with the environment that the
system's stack adds, writes its output to `.goldtape/logs/<target>-<port>.log`, and is stopped at the end of the run.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from goldtape.config import Config, System, Target

LOGS = "logs"
"""In the work folder: what local services printed, a file each."""

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 10.0


def _end_with_parent() -> None:
    """Have Linux end this child when the run that started it is killed (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


_PREEXEC = _end_with_parent if sys.platform == "linux" else None


class TargetError(RuntimeError):
    """A live run has nowhere to send its requests; the message says what was tried and what to set."""


@contextmanager
def running(config: Config, system: System, port: int = 0) -> Iterator[dict[str, str]]:
    """Start what a system needs for a live run; yields target name -> base URL, without a final slash.

    `port` is that of the system's own service, 0 for any free one; its support API takes a free one always.

    Raises:
        TargetError: A target has no deployment named and no local service that starts.
    """
    urls = {one.name: os.environ[one.url_env].rstrip("/") for one in system.targets if os.environ.get(one.url_env)}
    local = [one for one in system.targets if one.name not in urls]
    with ExitStack() as stack:
        environ = dict(os.environ)
        for entry in system.stack if local else ():
            environ |= stack.enter_context(_stack_part(entry, environ, system))
        for one in local:
            urls[one.name] = stack.enter_context(serving(config, one, environ, port if one is system.targets[0] else 0))
        yield urls


@contextmanager
def _stack_part(entry: str, environ: Mapping[str, str], system: System) -> Iterator[Mapping[str, str]]:
    module, _, function = entry.partition(":")
    try:
        start = getattr(importlib.import_module(module), function)
        part = start(environ)
        added = part.__enter__()
    except Exception as error:
        raise TargetError(f"{system.name}: {entry} did not start: {error}") from error
    try:
        yield added
    finally:
        part.__exit__(None, None, None)


@contextmanager
def serving(config: Config, target: Target, environ: Mapping[str, str], port: int = 0) -> Iterator[str]:
    """Run a target's local service on a loopback port (0: any free one); yields its base URL once it is ready."""
    if not target.serve:
        raise TargetError(
            f"{target.name} has no address: {target.url_env} is not set, and no `serve` command is configured\n"
            f"next: {target.url_env}=https://your-deployment pytest --live"
        )
    port = port or _free_port()
    command = [sys.executable if word == "python" else word for word in shlex.split(target.serve.format(port=port))]
    log = config.work / LOGS / f"{target.name}-{port}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command, cwd=config.root, env=environ, stdout=output, stderr=output, preexec_fn=_PREEXEC
            )
        except OSError as error:
            raise TargetError(_failed(target, command, f"{error}")) from error
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_ready(process, target, url, command, log)
        yield url
    finally:
        _stop(process)


def _wait_until_ready(
    process: subprocess.Popen[bytes], target: Target, url: str, command: list[str], log: Path
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise TargetError(_failed(target, command, f"it ended with exit code {process.returncode}", log))
        try:
            if httpx.get(f"{url}{target.ready}", timeout=2, trust_env=False).status_code < 500:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    why = f"{target.ready} did not answer within {START_TIMEOUT_S:.0f} s"
    raise TargetError(_failed(target, command, why, log))


def _failed(target: Target, command: list[str], why: str, log: Path | None = None) -> str:
    tail = log.read_text(encoding="utf-8", errors="replace").splitlines()[-8:] if log else []
    return "\n".join(
        [
            f"{target.name}: the local service did not start: {why}",
            f"  $ {shlex.join(command)}",
            *(f"  | {line}" for line in tail),
            f"next: mend the service, or name a running one: {target.url_env}=http://host:port pytest --live",
        ]
    )


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
