"""What must not pass as green: a test that the tape could not hear, and a declared failure that hides a change."""

from __future__ import annotations

from .cart import CART
from .project import Project


def test_a_test_that_sends_nothing_any_more_keeps_its_goldens(shop: Project) -> None:
    """Recording and verifying refuse; whoever means it deletes the goldens."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()
    silent = recorded.add("tests/test_cart.py", "def test_buy(shop):\n    pass\n")

    for live in (silent.record(), silent.verify()):
        assert live.outcomes == {"failed": 1}
        assert live.report[:3] == [
            "tests/test_cart.py::test_buy sent nothing through its tape",
            "  it asked for the address of shop",
            "  cassettes/test_cart/test_buy.yaml holds 4 interactions; it was left alone",
        ]
        assert live.changed == []


def test_a_client_that_the_tape_cannot_hear_is_no_green_test(shop: Project) -> None:
    """Not even when nothing was recorded before: the address is named that was reached outside the tape."""
    deaf = """
    import contextlib, socket

    def test_buy(shop):
        with contextlib.suppress(OSError), socket.socket() as it:
            it.connect(("127.0.0.1", 9))
    """

    recorded = shop.add("tests/test_cart.py", deaf).record()

    assert recorded.outcomes == {"passed": 1, "errors": 1}
    assert recorded.report[1:3] == [
        "  it asked for the address of shop",
        "  it connected to 127.0.0.1:9 outside the tape",
    ]
    assert recorded.changed == []


XFAIL = """
import pytest

@pytest.mark.xfail(strict=True, raises=AssertionError, reason="BUG-1")
def test_buy(shop):
    cart = shop.post("/v1/carts", json={"name": "a"}).json()
    assert cart["name"] == "b"
"""


def test_a_strict_xfail_that_fails_as_declared_has_goldens(shop: Project) -> None:
    """A known deviation is recorded, replayed and verified like a pass."""
    recorded = shop.add("tests/test_cart.py", XFAIL).record()

    assert recorded.outcomes == {"xfailed": 1}
    assert sorted(recorded.goldens) == ["cassettes/test_cart/test_buy.yaml", "snapshots/test_cart/test_buy.json"]
    assert recorded.summary[0] == "1 test, 1 exchange: 1 written, 0 unchanged"
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"xfailed": 1}, [])


def test_a_strict_xfail_hides_no_drift(shop: Project) -> None:
    """It fails as declared, and an exchange has changed all the same: that is a failure."""
    recorded = shop.add("tests/test_cart.py", XFAIL).record()
    asking = XFAIL.replace("    assert", '    shop.get("/v1/items?limit=1")\n    assert')

    verified = recorded.change_service('"items": [], ', '"items": [1], ').verify()
    replayed = recorded.add("tests/test_cart.py", asking).replay()

    assert (verified.outcomes, replayed.outcomes) == ({"failed": 1}, {"failed": 1})
    assert "1 difference from the snapshot" in verified.output
    assert "no recorded answer for GET /v1/items" in replayed.output


def test_a_strict_xfail_that_fails_otherwise_is_not_recorded(shop: Project) -> None:
    """Another error than the declared one is a failure; so is a pass."""
    other = shop.add("tests/test_cart.py", XFAIL.replace('== "b"', '[7] == "b"')).record()
    passing = shop.add("tests/test_cart.py", XFAIL.replace('== "b"', '== "a"')).record()

    assert (other.outcomes, other.goldens) == ({"failed": 1}, {})
    assert (passing.outcomes, passing.goldens) == ({"failed": 1}, {})
