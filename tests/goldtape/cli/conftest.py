"""The `command` fixture: see `command.py`."""

from __future__ import annotations

import pytest

from .command import Command, runner


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    """Run a command of goldtape in a project."""
    return runner(capfd, monkeypatch)
