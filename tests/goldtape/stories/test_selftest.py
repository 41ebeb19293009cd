"""The selftest: every check of the engine fires once, alone, and in a good project none does.

    in replay       unmatched, exhausted, unplayed, out of order, not recorded, network blocked
    in a live run   foreign address, no target, unanswered, secret found
    on a golden     breaking, additive, changed, heading, layout, own snapshot, unreadable cassette, unreadable snapshot
    in a test       unknown system, never so, unrecorded in replay
    before a run    rewrite without live, unknown record mode, update of snapshots, bad table, no table, collision

A check is known by the words that it alone uses. A check without a row here fails `test_every_check_has_a_row`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from .project import PYPROJECT, Project

CHECKS = {
    "unmatched": r"^  nearest: interaction 1 of ",
    "exhausted": r"^  it was recorded, but sent more often than recorded",
    "unplayed": r"^1 of 1 recorded interactions were not played$",
    "out of order": r"^the test sends its requests in another order than ",
    "not recorded": r": never recorded, or deleted since",
    "network blocked": r"NetworkBlocked: replay: no network, and 192\.0\.2\.1:80 was asked for$",
    "foreign address": r"NetworkBlocked: live run: 192\.0\.2\.1:80 is not a target",
    "no target": r"^shop has no address: NOWHERE_URL is not set",
    "unanswered": r" got no response, so nothing was written:$",
    "secret found": r" was not recorded: 1 value\(s\) look like secrets$",
    "breaking": r"^  breaking ",
    "additive": r"^  additive ",
    "changed": r"^  changed   1\. ",
    "heading": r"^  changed   the snapshot's heading ",
    "layout": r" is not in goldtape's own layout$",
    "own snapshot": r"^E +assert \[\+ received\] == \[- snapshot\]$",
    "unreadable cassette": r"/test_ask\.yaml:1: the file is empty$",
    "unreadable snapshot": r"/test_ask\.json:1: the file is empty$",
    "unknown system": r"no system 'shopp' in \[tool\.goldtape\.systems\]",
    "never so": r"AssertionError: still not so after 0\.01 s; ",
    "unrecorded in replay": r"RuntimeError: unrecorded requests need a service",
    "rewrite without live": r"^ERROR: --record-mode=rewrite needs --live ",
    "unknown record mode": r"^ERROR: --record-mode=all: goldtape knows `rewrite` only",
    "update of snapshots": r"^ERROR: snapshots come out of a recording, not out of a replay$",
    "bad table": r"^ERROR: \[tool\.goldtape\.systems\.shop\] has an unknown key 'acter'",
    "no table": r"the goldtape fixture needs a \[tool\.goldtape\] table in pyproject\.toml",
    "collision": r"^ERROR: two tests would share the goldens test_shop/test_ASK$",
}

ASK = """
import socket

def test_ask(shop):
    shop.post("/v1/carts", json={"name": "birthday"})
"""
TEST, CASSETTE, SNAPSHOT = (
    "tests/test_shop.py",
    "cassettes/test_shop/test_ask.yaml",
    "snapshots/test_shop/test_ask.json",
)
Row = Callable[[Project], Project]
ROWS: dict[str, Row] = {}


def row(name: str) -> Callable[[Row], Row]:
    """Enter a function as the row of a check: it is given the recorded project and gives the failed one."""

    def enter(function: Row) -> Row:
        ROWS[name] = function
        return function

    return enter


def with_body(project: Project, body: str) -> Project:
    """With another test, under the same name."""
    return project.add(TEST, f"import socket\n\n{body}\n")


@row("unmatched")
def _(good: Project) -> Project:
    return good.edit(TEST, '"birthday"', '"wedding"').replay()


@row("exhausted")
def _(good: Project) -> Project:
    return good.add(TEST, ASK + ASK.splitlines()[-1] + "\n").replay()


@row("unplayed")
def _(good: Project) -> Project:
    return with_body(good, "def test_ask(shop):\n    pass").replay()


@row("out of order")
def _(good: Project) -> Project:
    asks = [f'    shop.post("/v1/carts", json={{"name": "{name}"}})\n' for name in ("first", "second")]
    recorded = with_body(good, "def test_ask(shop):\n" + "".join(asks)).record()
    return with_body(recorded, "def test_ask(shop):\n" + "".join(reversed(asks))).replay()


@row("not recorded")
def _(good: Project) -> Project:
    return good.remove(CASSETTE, SNAPSHOT).replay()


@row("network blocked")
def _(good: Project) -> Project:
    body = "def test_out():\n    with socket.socket() as it:\n        it.connect(('192.0.2.1', 80))"
    return with_body(good, body).replay()


@row("foreign address")
def _(good: Project) -> Project:
    body = "def test_out():\n    with socket.socket() as it:\n        it.connect(('192.0.2.1', 80))"
    return with_body(good, body).verify()


@row("no target")
def _(good: Project) -> Project:
    return good.configure('url-env = "SHOP_URL"', 'url-env = "NOWHERE_URL"').verify()


@row("unanswered")
def _(good: Project) -> Project:
    broken = good.change_service('cart = {"id"', 'raise httpx.ConnectError("refused")\n    cart = {"id"')
    body = """
import httpx, pytest

def test_ask(shop):
    with pytest.raises(httpx.ConnectError):
        shop.post("/v1/carts")
"""
    return with_body(broken, body).record()


@row("secret found")
def _(good: Project) -> Project:
    return good.change_service('"items": [], ', '"items": [], "note": "AKIA" + "QWERTYUIOPASDFGH", ').record()


@row("breaking")
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "return stamped(cart | {'name': 7}, 201)").verify()


@row("additive")
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "return stamped(cart | {'new': 1}, 201)").verify()


@row("changed")
def _(good: Project) -> Project:
    return good.change_service("return stamped(cart, 201)", "return stamped(cart | {'name': 'x'}, 201)").verify()


@row("heading")
def _(good: Project) -> Project:
    return good.edit(SNAPSHOT, '"cases": []', '"cases": ["gone"]').replay()


@row("layout")
def _(good: Project) -> Project:
    return good.edit(SNAPSHOT, '{\n  "goldtape": 1,', '{"goldtape": 1,').replay()


@row("own snapshot")
def _(good: Project) -> Project:
    own = "def test_own(snapshot):\n    assert {'a': 1} == snapshot"
    return with_body(good, own).add("snapshots/test_shop/test_own~1.json", '{\n  "a": 2\n}\n').replay()


@row("unreadable cassette")
def _(good: Project) -> Project:
    return good.add(CASSETTE, b"").replay()


@row("unreadable snapshot")
def _(good: Project) -> Project:
    return good.add(SNAPSHOT, b"").replay()


@row("unknown system")
def _(good: Project) -> Project:
    return with_body(good, "def test_misspelt(goldtape):\n    goldtape.url('shopp')").replay()


@row("never so")
def _(good: Project) -> Project:
    body = """
async def test_never(goldtape, async_shop):
    async def ask():
        return (await async_shop.get("/v1/items?limit=1")).status_code

    await goldtape.eventually(ask, lambda status: status == 201, timeout_s=0.01, every_s=0.001)
"""
    return with_body(good, body).record()


@row("unrecorded in replay")
def _(good: Project) -> Project:
    return with_body(good, "def test_tidy(goldtape):\n    with goldtape.unrecorded():\n        pass").replay()


@row("rewrite without live")
def _(good: Project) -> Project:
    return good.run("--record-mode=rewrite")


@row("unknown record mode")
def _(good: Project) -> Project:
    return good.run("--record-mode=all")


@row("update of snapshots")
def _(good: Project) -> Project:
    return good.run("--snapshot-update")


@row("bad table")
def _(good: Project) -> Project:
    return good.configure('actor = "X-User"', 'acter = "X-User"').replay()


@row("no table")
def _(good: Project) -> Project:
    bare = good.edit("pyproject.toml", PYPROJECT[: PYPROJECT.index("[tool.pytest")].lstrip(), "")
    return with_body(bare.add("tests/conftest.py", ""), "def test_taped(goldtape):\n    pass").replay()


@row("collision")
def _(good: Project) -> Project:
    return good.add(TEST, ASK + ASK.replace("test_ask", "test_ASK")).replay()


def test_every_check_has_a_row() -> None:
    """The list of checks and the table have the same names."""
    assert sorted(ROWS) == sorted(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_fires_and_no_other(shop: Project, name: str) -> None:
    """The row's project fails, in the words of its check and of no other; the goldens stay as they were."""
    good = shop.add(TEST, ASK).recorded()

    failed = ROWS[name](good)

    assert failed.exit_code != 0
    assert fired(failed) == [name]
    assert not [path for path in failed.changed if path.startswith(("cassettes/", "snapshots/"))]


def test_no_check_fires_in_a_good_project(shop: Project) -> None:
    """Recorded, replayed, verified and recorded again: nothing to report."""
    good = shop.add(TEST, ASK).recorded()

    for project in (good, good.replay(), good.verify(), good.record()):
        assert project.exit_code == 0
        assert fired(project) == []


def fired(project: Project) -> list[str]:
    """The checks whose words stand in what the last command showed."""
    return [name for name, words in CHECKS.items() if any(re.search(words, line) for line in project.lines)]
