"""FOI, ITM and IQube for a live run of the coordinator: those that the environment names, or stand-ins.

Each stand-in takes its usual port (18081 ITM, 18082 IQube, 18083 FOI; IT_FAKE_<NAME>_PORT names another), or any free
one when that is taken, so that two runs can go on at once. Beside them are the failpoints (18084), which hold a run up.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from goldtape.live.process import END_WITH_PARENT, stop

# The folder that holds the package "services".
TOOLS = Path(__file__).resolve().parents[1]
START_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class _StandIn:
    name: str
    variable: str
    usual_port: int
    path: str

    @property
    def module(self) -> str:
        return f"services.coordinator.stand_ins.{self.name}"


STAND_INS = (
    _StandIn("itm", "ITM_API_URL", 18081, "/itm"),
    _StandIn("iqube", "IQUBE_API_URL", 18082, "/notify"),
    _StandIn("foi", "FOI_API_URL", 18083, "/extract/{remitter}"),
)
FAILPOINTS = _StandIn("failpoints", "IT_FAILPOINTS_URL", 18084, "/reached")


class StandInError(Exception):
    """A stand-in did not start; the message says what to do."""


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the stand-ins that are needed while the block runs.

    Yields:
        The variables to add: the address of each stand-in, and of ITM's tokens. If there is any, also ENV=local,
        since a stand-in knows no cloud identity, and IT_ENABLE_FAILPOINTS=1; what the environment says about these
        wins.

    Raises:
        StandInError: a stand-in did not start.
    """
    missing = [stand_in for stand_in in STAND_INS if not environ.get(stand_in.variable)]
    wanted = [*missing, FAILPOINTS] if missing and not environ.get(FAILPOINTS.variable) else missing
    with ExitStack() as stack:
        # All are started before the first is waited for.
        started = [(stand_in, *stack.enter_context(_started(stand_in, environ))) for stand_in in wanted]
        urls = {stand_in.variable: _ready(stand_in, child, port) for stand_in, child, port in started}
        defaults = {"ENV": "local", "IT_ENABLE_FAILPOINTS": "1"} if urls else {}
        if itm := urls.get("ITM_API_URL"):
            defaults["ITM_TOKEN_URL"] = itm.removesuffix("/itm") + "/token"
        yield urls | {name: environ.get(name) or value for name, value in defaults.items()}


@contextmanager
def _started(stand_in: _StandIn, environ: Mapping[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    with _listener(int(environ.get(f"IT_FAKE_{stand_in.name.upper()}_PORT") or stand_in.usual_port)) as listener:
        # The child gets the socket and not the port, so nobody can take the port in between.
        fd, port = listener.fileno(), listener.getsockname()[1]
        command = [sys.executable, "-m", stand_in.module, "--fd", str(fd)]
        child = subprocess.Popen(
            command,
            cwd=TOOLS,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[fd],
            start_new_session=True,
            preexec_fn=END_WITH_PARENT,
        )
    try:
        yield child, port
    finally:
        stop(child)


def _listener(preferred_port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", preferred_port))
    except OSError:
        return socket.create_server(("127.0.0.1", 0))


def _ready(stand_in: _StandIn, child: subprocess.Popen[bytes], port: int) -> str:
    """Wait until a stand-in answers; returns its address for the coordinator."""
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if httpx.get(f"{url}/healthz", trust_env=False, timeout=2).is_success:
                return url + stand_in.path
        except httpx.TransportError:
            time.sleep(0.05)
    how = "hung" if child.poll() is None else f"ended with exit code {child.returncode}"
    raise StandInError(
        f"the stand-in of {stand_in.name} {how} before it answered\n"
        f"  run `python -m {stand_in.module} --port N` to see why, or set {stand_in.variable}"
    )
