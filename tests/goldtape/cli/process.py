"""A command of goldtape in a process of its own, and a project whose service listens on a socket.

with started(project, "up", "shop") as process:
    assert read_line(process.stdout) == "SHOP_URL=..."
    end(process, signal.SIGINT)
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpcore  # noqa: F401  # httpx imports it late; pytester would forget it, and httpx would know another's errors

from ..stories.project import Project
from .command import ENVIRONMENT, Outcome, lines_of

SERVICE = """
import os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class Shop(BaseHTTPRequestHandler):
    def do_GET(self):
        with open("asked.txt", "a") as asked:
            asked.write(f"{self.path}\\n")
        if self.path == "/never":
            time.sleep(60)
        answer = f"{sys.argv[1]} of {os.environ.get('DATABASE_URL', 'no database')}".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Shop)
try:
    server.serve_forever()
except KeyboardInterrupt:
    time.sleep(0.6)  # what a real one needs to clean up
    with open("stopped.txt", "a") as stopped:
        stopped.write(f"{sys.argv[1]}\\n")
"""
CLIENTS = """
import httpx, pytest

@pytest.fixture
def shop(goldtape):
    with httpx.Client(base_url=goldtape.url("shop"), timeout=60) as client:
        yield client
"""
SERVE = """serve = "python service.py shop {port}"
stack = ["depot:running"]
environ = { SHOP_DEPOT = "open" }

[tool.goldtape.systems.shop.support]
serve = "python service.py support {port}"
"""
DEPOT = """
import contextlib

@contextlib.contextmanager
def running(environ):
    if environ["SHOP_DEPOT"] == "closed":
        raise RuntimeError("the depot is closed")
    yield {"DATABASE_URL": "postgresql://depot.test/shop"}
    with open("stopped.txt", "a") as stopped:
        stopped.write("depot\\n")
"""
LIMIT_S = 30


def with_service(project: Project) -> Project:
    """The project with a service on a depot, and a support API, which are started when no deployment is named."""
    project = project.add("service.py", SERVICE).add("depot.py", DEPOT).add("tests/conftest.py", CLIENTS)
    return project.configure('actor = "X-User"\n', SERVE)


@contextmanager
def started(project: Project, *argv: str) -> Iterator[subprocess.Popen[str]]:
    """`goldtape ARGV` as a shell starts it, in a process group of its own; it does not outlive the block."""
    project.write()
    script = shutil.which("goldtape", path=str(Path(sys.executable).parent))
    assert script, "goldtape is not installed beside this Python"
    process = subprocess.Popen(
        [script, *argv],
        cwd=project.path,
        env=os.environ | ENVIRONMENT | {"PYTHONPATH": str(project.path)},  # where the depot is imported from
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A script that runs in the background ignores SIGINT, and its children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    # Whoever reads a line that is never printed reads the end of the stream instead.
    watchdog = threading.Timer(LIMIT_S, process.kill)
    watchdog.start()
    try:
        yield process
    finally:
        watchdog.cancel()
        process.kill()
        process.communicate()


def interrupt(process: subprocess.Popen[str], by: signal.Signals = signal.SIGINT) -> Outcome:
    """Send a signal to the whole group, as a terminal does; what the process printed from then on."""
    os.killpg(process.pid, by)
    return ended(process)


def ended(process: subprocess.Popen[str]) -> Outcome:
    """Wait to the end; what the process printed that nobody has read yet."""
    out, err = process.communicate(timeout=LIMIT_S)
    return Outcome(process.returncode, lines_of(out), lines_of(err))


def wait_for(condition: Callable[[], bool]) -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + LIMIT_S
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {LIMIT_S} s"
        time.sleep(0.02)
