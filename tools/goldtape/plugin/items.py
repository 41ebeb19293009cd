"""What the hooks ask of a test: its fixtures and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from goldtape.plugin.run import Run

RUN: pytest.StashKey[Run] = pytest.StashKey()
"""Where a test with a tape keeps its run."""


def must_fail(item: pytest.Item) -> bool:
    """Whether a test is declared to fail: a strict xfail."""
    marks = list(item.iter_markers("xfail"))
    return bool(marks) and any(mark.kwargs.get("strict", item.config.getini("xfail_strict")) for mark in marks)


def uses(item: pytest.Item, fixture: str) -> bool:
    """Whether a test uses a fixture, directly or not."""
    return fixture in getattr(item, "fixturenames", ())


def cases(item: pytest.Item) -> list[str]:
    """The ids of the cases that a test covers, in the order of its marks."""
    return [case for mark in reversed(list(item.iter_markers("case"))) for case in mark.args]
