"""`assert x == snapshot` beside the transcript: the same extension, the same commit."""

from __future__ import annotations

import pytest

from .project import Project

OWN = """
def test_own(shop, snapshot):
    items = shop.get("/v1/items?limit=2").json()["items"]
    assert items == snapshot
    assert {"count": len(items)} == snapshot(name="count")
"""
FILES = [
    "cassettes/test_shop/test_own.yaml",
    "snapshots/test_shop/test_own.json",
    "snapshots/test_shop/test_own~1.json",
    "snapshots/test_shop/test_own~count.json",
]


def test_own_snapshots_are_recorded_with_the_transcript_and_compared(shop: Project) -> None:
    """They lie beside it, are written with it, and replay compares them."""
    recorded = shop.add("tests/test_shop.py", OWN).record()

    assert recorded.changed == FILES
    assert recorded.golden("snapshots/test_shop/test_own~count.json") == '{"count": 2}\n'

    replayed = recorded.replay()

    assert replayed.outcomes == {"passed": 1}
    assert replayed.changed == []

    again = replayed.record()

    assert again.changed == []


def test_a_difference_from_an_own_snapshot_fails_the_test(shop: Project) -> None:
    """Changed by hand, the snapshot no longer agrees; the next recording puts it right, and only it."""
    recorded = shop.add("tests/test_shop.py", OWN).recorded()
    changed = recorded.edit(FILES[3], '"count": 2', '"count": 3')

    replayed = changed.replay()
    again = changed.record()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.changed == []
    assert again.changed == [FILES[3]]
    assert again.goldens == recorded.goldens


def test_verify_compares_own_snapshots_and_writes_none(shop: Project) -> None:
    """A changed service drifts from the own snapshot as from the transcript."""
    recorded = shop.add("tests/test_shop.py", OWN).recorded()

    verified = recorded.change_service('"stock": n % 7', '"stock": n % 7 + 1').verify()

    assert verified.outcomes == {"failed": 1}
    assert verified.changed == []
    assert any("received.items[0].stock" in line for line in verified.report)


def test_all_goldens_of_a_test_change_together_or_not_at_all(shop: Project) -> None:
    """The second assertion fails: the first one's new snapshot is not written either."""
    recorded = shop.add("tests/test_shop.py", OWN).recorded()
    failing = recorded.edit("tests/test_shop.py", '{"count": len(items)} ==', "len(items) == 3 and {} ==")

    again = failing.change_service('"stock": n % 7', '"stock": n % 7 + 1').record()

    assert again.outcomes == {"failed": 1}
    assert again.changed == []


@pytest.mark.parametrize("fixtures", ["snapshot", "goldtape, snapshot"], ids=["without-tape", "with-tape"])
def test_a_test_that_sends_nothing_may_have_a_snapshot(shop: Project, fixtures: str) -> None:
    """Recorded when it passed, left alone when it failed, compared in replay."""
    quiet = f"""
    VALUE = 1

    def test_quiet({fixtures}):
        assert {{"value": VALUE}} == snapshot
        # the rest
    """
    recorded = shop.add("tests/test_quiet.py", quiet).record()

    assert recorded.changed == ["snapshots/test_quiet/test_quiet~1.json"]
    assert recorded.replay().outcomes == {"passed": 1}

    changed = recorded.edit("tests/test_quiet.py", "VALUE = 1", "VALUE = 2")

    assert changed.replay().outcomes == {"failed": 1}

    failing = changed.edit("tests/test_quiet.py", "# the rest", "assert False").record()

    assert failing.outcomes == {"failed": 1}
    assert failing.changed == []


def test_what_the_server_minted_is_a_placeholder_in_an_own_snapshot_too(shop: Project) -> None:
    """Recorded with a minted id, an own snapshot agrees in replay, where the id is a placeholder."""
    minted = """
    def test_own(shop, snapshot):
        assert shop.post("/v1/carts", json={"name": "birthday"}).json() == snapshot
    """

    recorded = shop.add("tests/test_shop.py", minted).record()

    assert recorded.replay().outcomes == {"passed": 1}


def test_a_name_of_a_snapshot_is_quoted_and_never_that_of_the_exchanges(shop: Project) -> None:
    """Whatever stands in it, the file lies beside the transcript, and the transcript stays what it is."""
    names = """
    def test_own(shop, snapshot):
        shop.get("/v1/items?limit=1")
        assert {"n": 1} == snapshot(name="a/b~c")
        assert {"n": 2} == snapshot(name="exchanges")
    """

    recorded = shop.add("tests/test_shop.py", names).record()

    assert recorded.changed == [
        "cassettes/test_shop/test_own.yaml",
        "snapshots/test_shop/test_own.json",
        "snapshots/test_shop/test_own~a%2Fb%7Ec.json",
        "snapshots/test_shop/test_own~exchanges.json",
    ]
    assert recorded.replay().outcomes == {"passed": 1}


INI = "[pytest]\nasyncio_default_fixture_loop_scope = function\n"


def test_snapshots_lie_in_their_place_with_another_rootdir(shop: Project) -> None:
    """A configuration of a subfolder makes pytest's ids begin there; goldens are the project's."""
    project = shop.add("tests/deep/test_shop.py", OWN).add("tests/deep/pytest.ini", INI)
    project = project.add("tests/deep/conftest.py", shop.files["tests/conftest.py"]).remove("tests/conftest.py")
    options = ["-c", "tests/deep/pytest.ini", "-o", "pythonpath=../..", "-p", "no:cacheprovider", "tests/deep"]

    recorded = project.record(*options)

    assert recorded.changed == [path.replace("/test_shop/", "/deep/test_shop/") for path in FILES]
    assert recorded.replay(*options).outcomes == {"passed": 1}


def test_a_value_that_looks_like_a_transcript_is_a_value_like_any_other(shop: Project) -> None:
    """Whoever passes it decides, under whatever name: minted ids become placeholders, secrets go."""
    looks_so = """
    def test_own(shop, snapshot):
        cart = shop.post("/v1/carts", json={"name": "birthday"}).json()
        token = shop.post("/v1/login").json()
        assert {"goldtape": 1, "exchanges": [], "cart": cart, **token} == snapshot
        assert {"goldtape": 1, **token} == snapshot(name="goldtape: the exchanges")
    """

    recorded = shop.add("tests/test_shop.py", looks_so).record()

    own = [path for path in recorded.changed if "~" in path]
    assert own == ["snapshots/test_shop/test_own~1.json", "snapshots/test_shop/test_own~goldtape%3A the exchanges.json"]
    assert all('"token": "[redacted-2]"' in recorded.golden(path) for path in own)
    assert recorded.replay().outcomes == {"passed": 1}
    assert recorded.record().changed == []
