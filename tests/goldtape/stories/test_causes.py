"""A change that many tests meet: told once, with the rest of the run on one screen."""

from __future__ import annotations

import re

import pytest

from .project import Project

MANY = """
import pytest

@pytest.fixture
def cart(shop):
    return shop.post("/v1/carts", json={"name": "birthday"}).json()

@pytest.mark.parametrize("number", range(12))
def test_read(shop, cart, number):
    assert shop.get(f"/v1/carts/{cart['id']}").json()["id"] == cart["id"]

@pytest.mark.parametrize("number", range(12))
def test_list(shop, number):
    answered = shop.get("/v1/items?limit=3")
    assert answered.status_code == 200
    assert len(answered.json()["items"]) == 3
"""
SCREEN = 60
RENAMED = '"name": read(request)["name"]', '"title": read(request)["name"]'
BROKEN = (
    "    for method, pattern, function in ROUTES:",
    "    return httpx.Response(500)\n    for method, pattern, function in ROUTES:",
)


def after_the_tests(project: Project) -> list[str]:
    """What is shown below the line of dots."""
    return list(
        project.lines[next(n for n, line in enumerate(project.lines) if "FAILURES" in line or "ERRORS" in line) :]
    )


def test_a_field_renamed_everywhere_is_one_cause(shop: Project) -> None:
    """The first test tells all; of the others there is a line with the fingerprint, and the summary tells where."""
    drifted = shop.add("tests/test_shop.py", MANY).recorded().change_service(*RENAMED).verify("-q")

    assert drifted.outcomes == {"failed": 12, "passed": 12}
    told = drifted.summary
    assert told[0] == "24 tests, 36 exchanges compared: 12 drifted, 0 failed"
    assert told[1].startswith("1 cause, breaking, in 12 tests: received.name renamed to 'title', in 2 operations: ")
    assert told[2].startswith("  tests/test_shop.py::test_read[0]   exchange 1. POST /v1/carts   snapshots/test_shop/")
    assert told[4] == "  and 10 more tests"
    assert sum("differences from the snapshot" in line for line in drifted.lines) == 1
    assert list(drifted.reports) == ["test_read[0]"]
    assert len(after_the_tests(drifted)) < SCREEN


def test_a_service_that_always_fails_is_one_cause(shop: Project) -> None:
    """In fixtures, too; each test has one line with its own error."""
    broken = shop.add("tests/test_shop.py", MANY).recorded().change_service(*BROKEN).verify("-q")

    told = broken.summary
    assert told[1].startswith("1 cause, breaking, in 24 tests: answers 500 where it answered 20")
    assert broken.outcomes == {"failed": 12, "errors": 12}
    assert list(broken.reports) == ["ERROR at setup of test_read[0]"]
    assert any(
        re.fullmatch(r"FAILED tests/test_shop.py::test_list\[1\] - assert 500 == 200; dr.*", line)
        for line in broken.lines
    )
    assert len(broken.lines) - broken.lines.index(told[0]) < SCREEN


def test_a_verbose_run_tells_everything_of_each_test(shop: Project) -> None:
    """Nobody who asks for more is given less."""
    drifted = shop.add("tests/test_shop.py", MANY).recorded().change_service(*RENAMED).verify("-v")

    assert sum("differences from the snapshot" in line for line in drifted.lines) == 12


@pytest.mark.live  # three processes
def test_facts_of_workers_reach_the_summary(shop: Project) -> None:
    """Under xdist the same lines are shown."""
    drifted = shop.add("tests/test_shop.py", MANY).recorded().change_service(*RENAMED)

    apart = drifted.run_apart("--live", "-n", "2", "-q")

    assert apart.summary[1].startswith("1 cause, breaking, in 12 tests: received.name renamed to 'title'")
    assert sum("differences from the snapshot" in line for line in apart.lines) == 1
