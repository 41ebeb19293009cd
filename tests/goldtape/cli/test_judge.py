"""`goldtape judge`: the running service against the plan; the exit codes are those of the judged run."""

from __future__ import annotations

from ..stories.project import SHOP_URL, Project
from .command import Command

ASK = """
def test_ask(shop):
    assert len(shop.get("/v1/items?limit=1").json()["items"]) == 1
"""
SKIPPED = """
import pytest

@pytest.mark.skip("not today")
def test_ask(shop):
    pass
"""


def test_the_name_of_a_system_stands_for_its_folder(shop: Project, command: Command) -> None:
    """Exit code 0: it conforms; the run is shown before it starts."""
    judged = command(shop.add("tests/shop/test_ask.py", ASK), "judge", "shop", "-q")

    assert (judged.code, judged.err) == (0, ["$ pytest --live --against=plan tests/shop -q"])
    assert f"shop   against the plan, at {SHOP_URL}" in judged.out
    assert judged.after.changed == ["calls.txt"]


def test_a_deviation_is_exit_code_1_and_nothing_judged_is_3(shop: Project, command: Command) -> None:
    """Whatever else pytest says is wrong use."""
    file = "tests/test_ask.py"

    assert command(shop.add(file, ASK.replace("== 1", "== 2")), "judge", file).code == 1
    assert command(shop.add(file, SKIPPED), "judge", "-k", "ask").code == 3
    assert command(shop.add(file, ASK), "judge", "--nope").code == 2
