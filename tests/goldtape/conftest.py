"""A small project of its own for every story: see `stories/project.py`."""

from __future__ import annotations

import sys

import pytest

from .stories.project import SHOP_URL, Project


@pytest.fixture
def shop(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with a service, clients and no tests yet; its service needs no socket."""
    monkeypatch.setenv("SHOP_URL", SHOP_URL)
    monkeypatch.delenv("GOLDTAPE_LIVE", raising=False)
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)  # a run inside a worker is no worker itself
    for variable in ("CI", "BUILD_NUMBER"):  # pytest prints whole messages in its summary where one of them is set
        monkeypatch.delenv(variable, raising=False)
    # hypothesis cannot take its plugin in after it has been imported.
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    # Files change within one second between two runs: byte code that is told apart by its date would be stale.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return Project.new(pytester)
