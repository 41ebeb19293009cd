"""The pytest plugin of a wire run: each test gets one changed response, and says whether it noticed.

The environment says what to do: WIRE_TARGETS (name -> base URL, as JSON), WIRE_SEED, and WIRE_ROWS, the file that takes
a line of JSON for each test.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bench.sensitivity.proxy import Proxies, proxies
from goldtape import config as configuration
from goldtape.goldens import cassette_file
from goldtape.goldens.naming import goldens_of


class Wire:
    """The hooks of a wire run."""

    def __init__(self, between: Proxies, seed: str, rows: Path, project: configuration.Config) -> None:
        self._between, self._seed, self._rows, self._project = between, seed, rows, project
        self._red: dict[str, str] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        response = self._chosen(item.nodeid)
        self._between.order(response, f"{self._seed}/{item.nodeid}")
        self._red.pop(item.nodeid, None)
        result = yield
        done = self._between.order()
        if done:
            row = {"test": item.nodeid, "seed": self._seed, **done, "red": self._red.get(item.nodeid, "")}
            with self._rows.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            said = [report.longreprtext, *(text for title, text in report.sections if title == "goldtape")]
            self._red[report.nodeid] = "\n".join(said)

    def _chosen(self, nodeid: str) -> int:
        try:
            exchanges = len(cassette_file.load(goldens_of(nodeid, self._project).cassette))
        except FileNotFoundError:
            return 0
        return random.Random(f"{self._seed}/{nodeid}/response").randint(1, exchanges)


def pytest_configure(config: pytest.Config) -> None:
    """Put the proxies between, before goldtape reads where the targets are."""
    root = configuration.find_root(config.rootpath)
    assert root
    project = configuration.load(root)
    targets: dict[str, str] = json.loads(os.environ["WIRE_TARGETS"])
    stack = ExitStack()
    config.add_cleanup(stack.close)
    between = stack.enter_context(proxies(targets))
    for name, url in between.urls.items():
        os.environ[project.target(name).url_env] = url
    wire: Any = Wire(between, os.environ["WIRE_SEED"], Path(os.environ["WIRE_ROWS"]), project)
    config.pluginmanager.register(wire, "wire")
