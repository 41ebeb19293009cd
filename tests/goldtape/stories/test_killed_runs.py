"""A run that is ended from outside leaves no process behind: no service, no database, no share.

Only in a live run (`pytest --live`): each story starts processes and waits for them.
"""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path

import pytest

from .project import Project
from .test_live_processes import CLIENTS, SERVE, SERVICE, recording, wait_for_requests

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

# A service that starts a process of its own, as a command of npm or a script does.
PARENT = "import subprocess\nsubprocess.Popen(['sleep', '300'])\n"
TESTS = """
import time

def test_item(shop):
    shop.get("/v1/items/1")
    time.sleep(300)
"""
STACK = ["stack.postgres:running", "stack.downstream:running"]
LIMIT_S = 20.0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_a_run_that_is_ended_leaves_no_process(
    shop: Project, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """By a supervisor, by Ctrl-C, or by force; only what a service itself has started survives force."""
    monkeypatch.delenv("SHOP_URL")
    stack = [*STACK, "stack.smb:running"] if shutil.which("smbd", path="/usr/sbin:/usr/local/sbin:/sbin") else STACK
    service = SERVICE if number is signal.SIGKILL else PARENT + SERVICE
    project = shop.add("service.py", service).add("tests/conftest.py", CLIENTS).add("tests/test_items.py", TESTS)
    project = project.add("generation.txt", "1").configure(
        'actor = "X-User"', f'serve = "{SERVE}"\nready = "/ready"\nstack = {stack}'.replace("'", '"')
    )
    project.write()
    with recording(project) as process:
        wait_for_requests(project, 1)
        started = descendants(process.pid)
        assert len(started) > len(stack)

        process.send_signal(number)
        process.wait(60)

        deadline = time.monotonic() + LIMIT_S
        while (left := [one for one in started if runs(*one)]) and time.monotonic() < deadline:
            time.sleep(0.1)
    assert [(Path("/proc") / pid / "cmdline").read_text() for pid, _ in left] == []
    assert process.returncode in (-signal.SIGKILL, pytest.ExitCode.INTERRUPTED)


def descendants(pid: int) -> list[tuple[str, str]]:
    """What a process has started, and what that has: ids, with the moments of their start."""
    table = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        table[file.parent.name] = (fields[1], fields[19])  # proc(5): parent, start time
    found = [str(pid)]
    for one in found:
        found += [child for child, (parent, _) in table.items() if parent == one]
    return [(one, table[one][1]) for one in found[1:]]


def runs(pid: str, started: str) -> bool:
    """Whether it is still there, and no other under its id, and not dead already."""
    try:
        fields = (Path("/proc") / pid / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return False
    return fields[19] == started and fields[0] != "Z"
