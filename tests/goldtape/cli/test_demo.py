"""`goldtape demo`: what goldtape does, in four steps, in a folder that is gone afterwards."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from ..stories.project import Project
from .command import Command, Outcome

RECORD = [
    "",
    "1. Record: the test talks to the running service; what travels becomes a cassette and a snapshot.",
    "",
    "$ pytest --live --record-mode=rewrite",
]
README = Path(__file__).parents[3] / "README.md"


def python(project: Project, monkeypatch: pytest.MonkeyPatch, script: str) -> Project:
    """The project, with a Python for whatever the command starts that is a shell script."""
    path = project.path.parent / f"{project.path.name}-python"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(path))
    return project


def test_a_step_that_does_not_come_out_ends_the_story(
    shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it printed is shown, stderr after stdout; exit code 1."""
    broken = python(shop, monkeypatch, "echo broken >&2; echo no tests; exit 4")

    ended = command(broken, "demo")

    assert ended == Outcome(1, [*RECORD, "no tests", "broken"], [])
    assert ended.after.changed == []


def test_a_deployment_of_somebody_elses_is_left_alone(
    shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo is about its own service, and its second step is a replay, whatever the environment says."""
    monkeypatch.setenv("ORDERS_URL", "https://orders.staging.test")
    monkeypatch.setenv("GOLDTAPE_LIVE", "1")
    told = python(shop, monkeypatch, 'echo "${ORDERS_URL-a local service} ${GOLDTAPE_LIVE-as asked}"; exit 4')

    assert command(told, "demo") == Outcome(1, [*RECORD, "a local service as asked"], [])


def test_it_takes_no_words(shop: Project, command: Command) -> None:
    """Nothing begins."""
    assert command(shop, "demo", "shop") == Outcome(
        2, [], ["usage: goldtape [-h] COMMAND ...", "goldtape: error: demo does not take shop"]
    )


@pytest.mark.live
@pytest.mark.allow_network
def test_it_needs_no_project_and_tells_its_story(shop: Project, command: Command) -> None:
    """Recorded, replayed, broken, replayed again, as the README has it; exit code 0, and nothing is left behind."""
    told = command(shop.remove("pyproject.toml"), "demo")

    assert (told.code, told.err) == (0, [])
    assert [line for line in told.out if line.startswith("$ ")] == [
        "$ pytest --live --record-mode=rewrite",
        "$ head -32 snapshots/orders/test_orders/test_an_order_can_be_read_back.json",
        "$ pytest",
        "$ pytest --live",
        "$ pytest",
    ]
    assert [line.strip("= ") for line in told.out if re.fullmatch(r"=+ \d (passed|failed) in 0.00s =+", line)] == [
        "1 passed in 0.00s",
        "1 passed in 0.00s",
        "1 failed in 0.00s",
        "1 passed in 0.00s",
    ]
    assert told.after.changed == []

    [excerpt] = re.findall(r"```console\n(3\. .*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    shown = iter(told.out)
    for line in excerpt.splitlines():
        begin = line.removesuffix("...")
        assert any(one.startswith(begin) for one in shown), f"the README says, and the demo does not: {line}"
