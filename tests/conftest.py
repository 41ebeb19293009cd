"""What all suites share: `stress` and `live` tests run only when they are asked for."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("markexpr")
    live = config.getoption("--live") or os.environ.get("GOLDTAPE_LIVE")
    for item in items:
        if item.get_closest_marker("stress") and "stress" not in asked:
            item.add_marker(pytest.mark.skip(reason="ten thousand items; ask for it with -m stress"))
        if item.get_closest_marker("live") and not live:
            item.add_marker(pytest.mark.skip(reason="needs sockets and processes; ask for it with --live"))
