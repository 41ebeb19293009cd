"""Threads of a test that go on after it: the tape is gone, so what they send is in no golden."""

from __future__ import annotations

import pytest

from .project import Project

LATE = """
import threading
import pytest

over = threading.Event()

@pytest.fixture(scope="session", autouse=True)
def end():
    yield
    over.set()

def test_late(shop):
    shop.get("/v1/items?limit=1")
    threading.Thread(target=over.wait, name="late", daemon=False).start()

def test_next():
    pass
"""
TIDY = """
import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

POOL = ThreadPoolExecutor(1)

async def test_pools(shop):
    await asyncio.to_thread(shop.get, "/v1/items?limit=1")
    POOL.submit(shop.get, "/v1/items?limit=2").result()

def test_joined(shop):
    thread = threading.Thread(target=shop.get, args=("/v1/items?limit=1",))
    thread.start()
    thread.join()

def test_daemon(shop):
    shop.get("/v1/items?limit=1")
    threading.Thread(target=threading.Event().wait, daemon=True).start()
"""


@pytest.mark.parametrize("mode", ["record", "verify", "replay"])
def test_a_thread_that_outlives_its_test_is_warned_of(shop: Project, mode: str) -> None:
    """With its name, in every mode; pytest names the test."""
    project = shop.configure('filterwarnings = ["error"]', 'filterwarnings = ["default"]').add(
        "tests/test_shop.py", LATE
    )
    recorded = project.record()

    run = getattr(recorded, mode)()

    assert run.outcomes == {"passed": 2}
    assert [line.partition("UserWarning: ")[2] or line for line in run.lines if "late" in line] == [
        "tests/test_shop.py::test_late",
        "the thread 'late' outlives tests/test_shop.py::test_late: its requests are in no golden now",
    ]


def test_threads_that_ended_and_idle_ones_of_pools_are_not(shop: Project) -> None:
    """A pool keeps its threads for the next task; a daemon is a library's own, most of the time."""
    recorded = shop.add("tests/test_shop.py", TIDY).record()

    assert recorded.outcomes == recorded.replay().outcomes == {"passed": 3}


def test_a_thread_of_a_wider_fixture_may_outlive_the_test_that_asked_first(shop: Project) -> None:
    """It ends with its fixture."""
    story = """
    import threading
    import pytest

    @pytest.fixture(scope="session")
    def beat(goldtape):
        over = threading.Event()
        thread = threading.Thread(target=over.wait, daemon=False)
        thread.start()
        yield
        over.set()
        thread.join()

    def test_named(shop, beat):
        shop.get("/v1/items?limit=1")

    def test_next(shop):
        shop.get("/v1/items?limit=1")
    """
    fetched = story.replace("(shop, beat):", "(shop, request):\n        request.getfixturevalue('beat')")

    for text in (story, fetched):
        recorded = shop.add("tests/test_shop.py", text).record()
        assert recorded.outcomes == recorded.replay().outcomes == {"passed": 2}, recorded.output
