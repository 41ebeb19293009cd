"""A service that hangs ends its system's tests; one that is slow, or down for a moment, does not.

Only in a live run (`pytest --live`): each story starts processes and waits for them.
"""

from __future__ import annotations

import time

import pytest

from .project import Project
from .test_live_processes import SERVE, SERVICE

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

HANGING = """
import asyncio, time

async def respond(scope, receive, send):
    if scope["path"] == "/v1/stuck":
        time.sleep(300)
    if scope["path"] == "/v1/slow":
        await asyncio.sleep(300)
    await app(scope, receive, send)
"""
CLIENTS = """
import httpx
import pytest

@pytest.fixture
def shop(goldtape):
    with httpx.Client(base_url=goldtape.url("shop"), timeout=1) as client:
        yield client

@pytest.fixture
def tidy(shop, goldtape):
    if goldtape.live:
        with goldtape.unrecorded():
            shop.get("/v1/slow")
"""
TESTS = """
import pytest

def test_first(shop):
    shop.get("/v1/PATH")

@pytest.mark.parametrize("number", range(20))
def test_item(FIXTURE, number):
    FIXTURE.get(f"/v1/items/{number}")
"""


@pytest.fixture
def hanging(shop: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project whose service hangs on one path, and answers late on another."""
    monkeypatch.delenv("SHOP_URL")
    served = f'serve = "{SERVE}"\nready = "/ready"'.replace("service:app", "service:respond")
    project = shop.add("service.py", SERVICE + HANGING).add("tests/conftest.py", CLIENTS).add("generation.txt", "1")
    return project.configure('actor = "X-User"', served)


def with_tests(project: Project, path: str, fixture: str) -> Project:
    """With a test that asks for a path, and twenty after it that use a fixture."""
    return project.add("tests/test_items.py", TESTS.replace("PATH", path).replace("FIXTURE", fixture))


def test_a_service_that_hangs_fails_the_rest_of_its_tests_at_once(hanging: Project) -> None:
    """The first test says what it waited for, the others are one line each, and none of them waits."""
    began = time.monotonic()

    live = with_tests(hanging, "stuck", "shop").run_apart("--live")

    assert live.outcomes == {"failed": 1, "errors": 20}
    assert time.monotonic() - began < 60
    first = live.reports.pop("test_first")
    assert first[0].startswith("timed out: shop does not answer any more: GET http://127.0.0.1:")
    assert first[0].endswith("/ready: timed out")
    for report in live.reports.values():
        assert [report[0]] == [first[0].removeprefix("timed out: ")]


def test_a_service_that_is_slow_fails_one_test(hanging: Project) -> None:
    """It still says that it is alive, so the others are asked."""
    recorded = with_tests(hanging, "items/x", "shop").run_apart("--live", "--record-mode=rewrite")

    live = with_tests(recorded, "slow", "shop").run_apart("--live")

    assert live.outcomes == {"failed": 1, "passed": 20}
    assert "does not answer any more" not in live.output


def test_a_service_whose_fixtures_hang_is_given_up_after_two_of_them(hanging: Project) -> None:
    """What it stands on hangs, although the service itself is alive."""
    live = with_tests(hanging, "items/x", "tidy").run_apart("--live")

    assert live.outcomes["errors"] == 20
    del live.reports["test_first"]
    at_once = [title for title, lines in live.reports.items() if lines[0].startswith("shop does not answer any more: ")]
    assert len(at_once) == 18
    assert "shop does not answer any more: two fixtures in a row got no answer" in live.output
