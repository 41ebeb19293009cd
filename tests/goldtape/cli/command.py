"""A command of goldtape, run in a small project: its exit code, all of its stdout, all of its stderr.

    done = command(project, "audit")
    assert done == Outcome(0, [], ["findings: 0"])

What a command starts are real processes, so the project lies on disk before and is read back after.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from goldtape.cli.main import main

from ..stories.project import Project
from .write_help import TERMINAL

ENVIRONMENT = {
    **TERMINAL,
    # What the runs that a command starts need; whatever else is installed would add lines and seconds.
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "PYTEST_ADDOPTS": "-p recording -p syrupy -p asyncio -p goldtape",
}
_DURATION = re.compile(r"\b\d+\.\d\ds\b")


@dataclass(frozen=True)
class Outcome:
    """What came of a command: exit code, lines of stdout and stderr, and the project as it lies on disk afterwards."""

    code: int
    out: list[str]
    err: list[str]
    project: Project | None = field(default=None, compare=False, repr=False)

    @property
    def after(self) -> Project:
        """The project afterwards; its `changed` lists the files that the command wrote."""
        assert self.project is not None
        return self.project


Command = Callable[..., Outcome]
"""`command(project, "up", "orders", below="tests")`; `below` is the folder of the project in which it is given."""


def runner(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """What runs a command as the `goldtape` script does, but in this process."""

    def run(project: Project, *argv: str, below: str = "") -> Outcome:
        project.write()
        capfd.readouterr()
        with monkeypatch.context() as changed:
            changed.chdir(project.path / below)
            for name, value in ENVIRONMENT.items():
                changed.setenv(name, value)
            # A child without byte code compiles half of what is installed, which takes three times as long.
            changed.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
            code = exit_code(argv)
        out, err = capfd.readouterr()
        return Outcome(code, lines_of(out), lines_of(err), project.found())

    return run


def exit_code(argv: tuple[str, ...]) -> int:
    """What `sys.exit(main(argv))` ends with; argparse exits by itself on wrong use and after --help."""
    try:
        return main(argv)
    except SystemExit as stop:
        return int(stop.code or 0)


def lines_of(text: str) -> list[str]:
    """The lines of what a command printed; a duration is 0.00s."""
    return _DURATION.sub("0.00s", text).splitlines()
