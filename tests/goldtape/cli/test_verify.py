"""`goldtape verify`: the running service against the snapshots; nothing is written."""

from __future__ import annotations

from ..stories.project import Project
from .command import Command, Outcome

ASK = """
def test_ask(shop):
    shop.get("/v1/items?limit=1")


def test_two(shop):
    shop.get("/v1/items?limit=2")
"""
TERSE = ["-q", "--no-header", "--tb=line"]
TITLE = "----------------------------------- goldtape -----------------------------------"
REPORT = "--------------------------- snapshot report summary ----------------------------"


def test_a_service_that_is_as_it_was_agrees(shop: Project, command: Command) -> None:
    """The run is shown before it starts; the service is asked; exit code 0, and not one golden changes."""
    recorded = shop.add("tests/test_shop.py", ASK).recorded()

    verified = command(recorded, "verify", *TERSE)

    assert verified == Outcome(
        0,
        [
            f"{'..':73}[100%]",
            TITLE,
            "2 tests, 2 exchanges compared: 0 drifted, 0 failed",
            REPORT,
            "2 snapshots passed.",
            "2 passed in 0.00s",
        ],
        ["$ pytest --live -q --no-header --tb=line"],
    )
    assert verified.after.changed == ["calls.txt"]


def test_a_service_that_has_changed_is_exit_code_1(shop: Project, command: Command) -> None:
    """The difference, the test, and what to do when it is meant."""
    recorded = shop.add("tests/test_shop.py", ASK).recorded()
    changed = recorded.change_service('"stock": n % 7', '"stock": n % 7, "new": True')

    drifted = command(changed, "verify", "-k", "ask", *TERSE)

    assert (drifted.code, drifted.err) == (1, ["$ pytest --live -k ask -q --no-header --tb=line"])
    differences = [line.strip() for line in drifted.out if line.startswith("  additive")]
    assert differences == ["additive   1. GET /v1/items?limit=1   received.items[0].new   new: true"]
    assert drifted.out[-1] == "1 failed, 1 deselected in 0.00s"
    assert drifted.after.changed == ["calls.txt"]


def test_a_run_that_pytest_refuses_is_exit_code_2(shop: Project, command: Command) -> None:
    """The words are pytest's own."""
    refused = command(shop.add("tests/test_shop.py", ASK), "verify", "--nope")

    assert (refused.code, refused.out, refused.err[0]) == (2, [], "$ pytest --live --nope")
    assert "error: unrecognized arguments: --nope" in refused.err[2]
    assert refused.after.changed == []
