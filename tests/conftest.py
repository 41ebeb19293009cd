"""What all suites share: a TLS context, and that `stress` and `live` tests run only when they are asked for."""

from __future__ import annotations

import os
import ssl

import httpx
import pytest

pytest_plugins = ["pytester"]  # for tests/goldtape; pytest takes it from here only


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("markexpr")
    live = config.getoption("--live") or os.environ.get("GOLDTAPE_LIVE")
    verifying = not (config.getoption("--record-mode") or config.getoption("--against"))
    for item in items:
        if item.get_closest_marker("stress") and "stress" not in asked:
            item.add_marker(pytest.mark.skip(reason="ten thousand items; ask for it with -m stress"))
        if item.get_closest_marker("live") and not (live and verifying):
            item.add_marker(pytest.mark.skip(reason="starts runs of its own; ask for it with --live and nothing else"))


@pytest.fixture(scope="session")
def tls() -> ssl.SSLContext:
    """One TLS context for all clients of a run: httpx takes 20 ms to make one, for plain HTTP too."""
    return httpx.create_ssl_context()
