"""Real sockets, real processes, real signals: what a recording leaves behind when it is interrupted or killed.

Only in a live run (`pytest --live`): each story starts processes and waits for them.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from goldtape.live.process import free_port

from .project import Project

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

SERVICE = """
import json, pathlib, uuid

async def app(scope, receive, send):
    assert scope["type"] == "http"
    with open("requests.log", "a") as log:
        log.write(scope["path"] + "\\n")
    generation = int(pathlib.Path("generation.txt").read_text())
    body = {"id": str(uuid.uuid4()), "generation": generation, "filler": ["x" * 50] * 40}
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
"""
SERVE = "python -m uvicorn service:app --port {port} --log-level warning --lifespan off"
CLIENTS = """
import os, signal
import httpx
import pytest

from goldtape.goldens import transaction

@pytest.fixture
def shop(goldtape):
    with httpx.Client(base_url=goldtape.url("shop")) as client:
        yield client

class Deadly:
    # A module whose steps on the disk are counted; the process dies right before the n-th.
    def __init__(self, module):
        self.module = module

    def __getattr__(self, name):
        if name in ("fsync", "replace", "link", "unlink", "rmtree"):
            global left
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)
        return getattr(self.module, name)

if "KILL_AT" in os.environ:
    left = int(os.environ["KILL_AT"])
    transaction.os, transaction.shutil = Deadly(transaction.os), Deadly(transaction.shutil)
"""
COUNT = 30
TESTS = f"""
import pytest

@pytest.mark.parametrize("number", range({COUNT}))
def test_item(shop, snapshot, number):
    item = shop.get(f"/v1/items/{{number}}").json()
    assert {{"generation": item["generation"]}} == snapshot
"""
KILLS_AT_RANDOM = 12
STEPS_OF_A_COMMIT = 19


@pytest.fixture
def real(shop: Project) -> Project:
    """A project whose service listens on a socket."""
    project = shop.add("service.py", SERVICE).add("tests/conftest.py", CLIENTS).add("tests/test_items.py", TESTS)
    return project.add("generation.txt", "1").configure('actor = "X-User"', f'serve = "{SERVE}"\nready = "/ready"')


def test_a_live_run_starts_the_service_and_stops_it(real: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no deployment named, the local service is started on a free port, asked, and gone afterwards."""
    monkeypatch.delenv("SHOP_URL")

    recorded = real.run_apart("--live", "--record-mode=rewrite")

    assert recorded.outcomes == {"passed": COUNT}
    assert recorded.summary[0] == f"{COUNT} tests, {COUNT} exchanges: {COUNT} written, 0 unchanged"
    assert recorded.files["requests.log"].decode().splitlines().count("/v1/items/0") == 1
    assert not listeners(recorded)

    replayed = recorded.run_apart()

    assert replayed.outcomes == {"passed": COUNT}
    assert replayed.files["requests.log"] == recorded.files["requests.log"]

    verified = replayed.add("generation.txt", "2").run_apart("--live", "-k", "item[3]")

    assert verified.outcomes["failed"] == 1
    assert verified.goldens == recorded.goldens


def test_a_service_that_breaks_is_told_with_the_end_of_its_log(real: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The traceback of a 500 stands beside the difference."""
    monkeypatch.delenv("SHOP_URL")
    recorded = real.run_apart("--live", "--record-mode=rewrite", "-k", "item[0]")
    broken = recorded.edit(
        "service.py",
        "    generation = int(",
        '    if scope["path"] != "/ready":\n        raise OSError(28, "no space")\n    generation = int(',
    )

    verified = broken.run_apart("--live", "-k", "item[0]")

    assert "answers 500 where it answered 200" in verified.summary[1]
    assert any("goldtape: the end of shop-" in line for line in verified.lines)
    assert "OSError: [Errno 28] no space" in verified.lines


def test_a_service_that_does_not_start_says_what_was_tried(real: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command, the end of its output and the way out; every test fails with it, and the service is tried once."""
    monkeypatch.delenv("SHOP_URL")
    broken = real.add("service.py", "raise SystemExit('no licence')\n")

    verified = broken.run_apart("--live", "-k", "item[0] or item[1]")

    assert verified.outcomes["errors"] == 2
    for report in verified.reports.values():
        assert report[0].startswith("shop: the local service did not start: it ended with exit code ")
        assert "  | no licence" in report
        assert report[-1] == ("next: mend the service, or name a running one: SHOP_URL=http://host:port pytest --live")


def test_ctrl_c_ends_a_recording_between_two_tests(real: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGINT: what was recorded so far is new, the rest is old, the service is stopped, and nothing lies about."""
    monkeypatch.delenv("SHOP_URL")
    recorded = real.run_apart("--live", "--record-mode=rewrite")

    recorded.remove("requests.log").add("generation.txt", "2").write()
    with recording(recorded) as process:
        wait_for_requests(recorded, 10)
        process.send_signal(signal.SIGINT)
        process.wait(30)
    interrupted = recorded.found()

    assert process.returncode == pytest.ExitCode.INTERRUPTED
    assert set(generations(interrupted)) == {1, 2}
    assert not any(path.startswith(".goldtape/commit/") for path in interrupted.files)
    assert not listeners(interrupted)
    assert interrupted.run_apart().outcomes == {"passed": COUNT}


def test_sigkill_at_any_moment_leaves_every_test_wholly_old_or_wholly_new(
    real: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before each step that a commit takes, and at random moments: the next run finds pairs that agree."""
    with service(real) as url:
        monkeypatch.setenv("SHOP_URL", url)
        project = real.run_apart("--live", "--record-mode=rewrite")
        assert project.outcomes == {"passed": COUNT}

        moments = [*range(1, STEPS_OF_A_COMMIT + 1), *([0] * KILLS_AT_RANDOM)]
        seen: set[str] = set()
        for generation, step in enumerate(moments, start=2):
            before = generations(project)
            project = killed_while_recording(project, generation, step)
            assert project.outcomes == {"passed": COUNT}, project.output
            assert not any(path.startswith(".goldtape/commit/") for path in project.files)
            after = generations(project)
            assert all(new in (old, generation) for old, new in zip(before, after, strict=True))
            seen |= {"some old" for new in after if new != generation} | {
                "some new" for new in after if new == generation
            }

        assert seen == {"some old", "some new"}


def killed_while_recording(project: Project, generation: int, step: int) -> Project:
    """Record the next generation, be killed before the given step of a commit (0: at random), then replay."""
    project.remove("requests.log").add("generation.txt", str(generation)).write()
    with recording(project, **({"KILL_AT": str(step)} if step else {})) as process:
        if not step:
            wait_for_requests(project, random.randint(1, COUNT - 2))
            time.sleep(random.random() / 50)
            process.kill()
        process.wait(60)
    assert process.returncode == -signal.SIGKILL
    return project.found().replay()


def generations(project: Project) -> list[int]:
    """The generation of each test's goldens, which must be the same in all three of them."""
    found = []
    for number in range(COUNT):
        name = f"test_items/test_item[{number}]"
        cassette = re.search(r'"generation": (\d+)', project.golden(f"cassettes/{name}.yaml"))
        snapshot = json.loads(project.golden(f"snapshots/{name}.json"))
        own = json.loads(project.golden(f"snapshots/{name}~1.json"))
        assert cassette
        [one] = {int(cassette[1]), snapshot["exchanges"][0]["received"]["generation"], own["generation"]}
        found.append(one)
    return found


@contextmanager
def recording(project: Project, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
    """A recording in a process of its own, which does not outlive the block."""
    command = [sys.executable, "-m", "pytest", "--live", "--record-mode=rewrite", "-q"]
    with (project.path.parent / "recording.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=project.path,
            env=os.environ | environ,
            stdout=log,
            stderr=log,
            # A script that runs in the background ignores SIGINT, and its children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


@contextmanager
def service(project: Project) -> Iterator[str]:
    """The project's service, running beside the recordings; yields its base URL."""
    project.write()
    port = free_port()
    command = [sys.executable, *SERVE.format(port=port).split()[1:]]
    process = subprocess.Popen(command, cwd=project.path)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_ready(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def wait_until_ready(url: str) -> None:
    """Ask until there is an answer."""
    for _ in range(600):
        try:
            httpx.get(f"{url}/ready", trust_env=False)
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not answer within 30 s")


def wait_for_requests(project: Project, number: int) -> None:
    """Wait until the service was asked so often."""
    log = project.path / "requests.log"
    for _ in range(60_000):
        if log.exists() and log.read_text().count("/v1/items/") >= number:
            return
        time.sleep(0.001)
    raise AssertionError(f"no {number} requests within 60 s")


def listeners(project: Project) -> list[str]:
    """Processes that still run in the project's folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == project.path:
                found.append((entry / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return [one for one in found if "uvicorn" in one]
