"""A recording that fails destroys nothing, whatever it fails of and whenever."""

from __future__ import annotations

import json

import pytest

from .project import Project

CART = """
import httpx
import pytest

@pytest.fixture
def guest(shop):
    yield "ann"
    # tear down

def test_before(shop):
    shop.get("/v1/items?limit=1")

def test_buy(shop, guest, snapshot):
    cart = shop.post("/v1/carts", json={"name": "birthday"}).json()
    fresh = {"If-Match": f'"{cart["etag"]}"'}
    filled = shop.put(f"/v1/carts/{cart['id']}/items/apple", json={"count": 3}, headers=fresh)
    # half-way
    assert filled.status_code == 200
    assert filled.json()["items"] == snapshot
    shop.get(f"/v1/carts/{cart['id']}")

def test_after(shop):
    shop.get("/v1/items?limit=2")
"""
OTHERS = ["cassettes/test_cart/test_after.yaml", "cassettes/test_cart/test_before.yaml"]
PAIRS_OF_OTHERS = sorted([*OTHERS, "snapshots/test_cart/test_after.json", "snapshots/test_cart/test_before.json"])
OWN = [
    "cassettes/test_cart/test_buy.yaml",
    "snapshots/test_cart/test_buy.json",
    "snapshots/test_cart/test_buy~1.json",
]
# Every answer is another one now, so every test that passes is written anew.
CHANGED = ('"stock": n % 7', '"stock": n % 5, "new": True'), ('"price": 2.5', '"price": 3.5')


def changed(recorded: Project) -> Project:
    """With a service whose every answer differs from the recorded one."""
    for old, new in CHANGED:
        recorded = recorded.change_service(old, new)
    return recorded


@pytest.mark.parametrize(
    ("old", "new", "outcomes", "complaint"),
    [
        pytest.param(
            "# half-way",
            "assert False, 'enough'",
            {"passed": 2, "failed": 1},
            ["AssertionError: enough", "assert False"],
            id="assertion-after-two-of-three",
        ),
        pytest.param(
            "# half-way",
            "raise OSError('disk full')",
            {"passed": 2, "failed": 1},
            ["OSError: disk full"],
            id="exception-after-two-of-three",
        ),
        pytest.param(
            "# tear down",
            "raise OSError('cannot tidy')",
            {"passed": 3, "errors": 1},
            ["OSError: cannot tidy"],
            id="exception-in-teardown",
        ),
        pytest.param(
            'yield "ann"',
            "raise OSError('cannot begin'); yield",
            {"passed": 2, "errors": 1},
            ["OSError: cannot begin"],
            id="exception-in-setup",
        ),
        pytest.param(
            "# half-way",
            "pytest.xfail('known')",
            {"passed": 2, "xfailed": 1},
            None,
            id="xfail",
        ),
        pytest.param("# half-way", "pytest.skip('not today')", {"passed": 2, "skipped": 1}, None, id="skip"),
    ],
)
def test_only_the_tests_that_passed_are_written(
    shop: Project, old: str, new: str, outcomes: dict[str, int], complaint: list[str] | None
) -> None:
    """The failed test keeps cassette, snapshot and further snapshot as they were; its neighbours are recorded."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    again = changed(recorded).edit("tests/test_cart.py", old, new).record()

    assert again.outcomes == outcomes
    assert again.changed == PAIRS_OF_OTHERS
    assert left_behind(again) == [".goldtape/commit.lock", ".goldtape/results.json"]
    if complaint is not None:
        assert again.complaint == complaint


def test_the_summary_counts_what_was_left_as_it_was(shop: Project) -> None:
    """Written, unchanged and failed add up to the tests that ran."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    again = recorded.change_service('"price": 2.5', '"price": 3.5').edit(
        "tests/test_cart.py", "def test_after(shop):", "def test_after(shop):\n    assert False\n"
    )

    assert again.record().summary == [
        "3 tests, 4 exchanges: 1 written, 1 unchanged, 1 failed and left as they were",
        "next: git add -N cassettes snapshots && git diff snapshots, then pytest",
    ]


def test_a_service_that_breaks_down_is_not_recorded(shop: Project) -> None:
    """A 500 makes the test's own assertion fail, and the goldens of good days stay."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    put = "    return stamped(cart, 200)\n\n\ndef get_cart"
    again = recorded.change_service(put, put.replace("stamped(cart, 200)", "refused(500, 'OOPS', '')")).record()

    assert again.outcomes == {"passed": 2, "failed": 1}
    assert again.complaint == ["assert 500 == 200", "+  where 500 = <Response [500 Internal Server Error]>.status_code"]
    assert again.changed == []


def test_a_request_that_came_to_no_end_of_the_clients_cannot_be_recorded(shop: Project) -> None:
    """It has neither a response nor an error that a cassette could hold, and says so though it expected the error."""
    expecting = """
    import pytest

    def test_down(shop):
        shop.get("/v1/items?limit=1")
        with pytest.raises(ZeroDivisionError):
            shop.get("/v1/items?limit=2&secret=hunter2-hunter2")
    """
    number = '    number = int(request.url.params["limit"])\n'
    broken = shop.change_service(number, f"{number}    if number == 2:\n        1 / 0\n")

    recorded = broken.add("tests/test_shop.py", expecting).record()

    assert recorded.outcomes == {"failed": 1}
    assert recorded.changed == []
    assert recorded.report == [
        "1 request(s) of tests/test_shop.py::test_down got neither a response nor an error of the client:",
        "  GET http://127.0.0.1:9/v1/items?limit=2&secret=[redacted]",
        "next: a request that is cancelled, or on its way when the test ends, comes to something else every time; "
        "wait for it, or let the client's own timeout end it, which is recorded",
    ]


def test_ctrl_c_leaves_the_goldens_of_the_running_test(shop: Project) -> None:
    """What passed before the interrupt is written, the test that was running keeps its goldens, nothing lies about."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    interrupted = (
        changed(recorded).edit("tests/test_cart.py", "# half-way", "raise KeyboardInterrupt").record(interrupted=True)
    )

    assert interrupted.exit_code == pytest.ExitCode.INTERRUPTED
    assert interrupted.changed == ["cassettes/test_cart/test_before.yaml", "snapshots/test_cart/test_before.json"]
    assert left_behind(interrupted) == [".goldtape/commit.lock", ".goldtape/results.json"]

    # The next recording, uninterrupted, writes the rest.
    resumed = interrupted.edit("tests/test_cart.py", "raise KeyboardInterrupt", "# half-way").record()

    assert resumed.outcomes == {"passed": 3}
    assert resumed.changed == sorted([*OWN, *(path for path in PAIRS_OF_OTHERS if "after" in path)])
    assert resumed.replay().outcomes == {"passed": 3}


def test_what_a_killed_commit_left_is_finished_before_the_next_run(shop: Project) -> None:
    """The journal of a commit stood when the process died: the next command, a replay even, carries it out first."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()
    staged = [path.replace("test_buy", f".goldtape-0-{number}.new") for number, path in enumerate(OWN)]
    killed = changed(recorded)
    for path, new in zip(OWN, staged, strict=True):
        killed = killed.add(new, f"new content of {path}")
    listed = json.dumps([[f"../{path}", f"../{new}", None] for path, new in zip(OWN, staged, strict=True)])

    half_done = killed.remove(staged[0]).add(OWN[0], f"new content of {OWN[0]}")
    finished = half_done.add(".goldtape/commit/journal.json", listed).replay("--collect-only")

    assert [finished.golden(path) for path in OWN] == [f"new content of {path}" for path in OWN]
    assert left_behind(finished) == [".goldtape/commit.lock", ".goldtape/results.json"]

    # Without its journal the commit never happened.
    dropped = killed.add(".goldtape/commit/plan.json", listed).replay("--collect-only")

    assert dropped.goldens == recorded.goldens
    assert left_behind(dropped) == [".goldtape/commit.lock", ".goldtape/results.json"]


def left_behind(project: Project) -> list[str]:
    """What lies in the work folder."""
    return sorted(path for path in project.files if path.startswith(".goldtape/"))


UNRAISED = """
import unittest
import pytest

class TestCart(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def client(self, shop):
        self.shop = shop

    def test_case(self):
        self.shop.get("/v1/items?limit=1")
        # case

    def test_case_with_subtest(self):
        self.shop.get("/v1/items?limit=1")
        with self.subTest("one"):
            pass  # subtest of a case

def test_subtest(shop, subtests):
    shop.get("/v1/items?limit=1")
    with subtests.test("one"):
        pass  # subtest

# mark
def test_strict(shop):
    shop.get("/v1/items?limit=1")
"""


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("TestCart.test_case", "# case", "self.fail('enough')", id="failed-test-case"),
        pytest.param("TestCart.test_case", "# case", "self.skipTest('enough')", id="skipped-test-case"),
        pytest.param("TestCart.test_case_with_subtest", "pass  # subtest of", "assert 0  #", id="subtest-of-a-case"),
        pytest.param("test_subtest", "pass  # subtest\n", "assert 0\n", id="subtest"),
        pytest.param("test_strict", "# mark", "@pytest.mark.xfail(strict=True)", id="strict-xfail-that-passed"),
    ],
)
def test_a_failure_that_is_no_exception_of_the_body_writes_nothing_of_the_test(
    shop: Project, name: str, old: str, new: str
) -> None:
    """pytest hears of these failures only when it makes its report; the other tests are written."""
    recorded = shop.add("tests/test_cart.py", UNRAISED).recorded()

    again = changed(recorded).edit("tests/test_cart.py", old, new).record()

    names = {"TestCart.test_case", "TestCart.test_case_with_subtest", "test_subtest", "test_strict"} - {name}
    assert again.changed == sorted(
        [f"cassettes/test_cart/{one}.yaml" for one in names] + [f"snapshots/test_cart/{one}.json" for one in names]
    )
