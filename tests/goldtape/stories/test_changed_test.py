"""The test sends something else than was recorded: replay says what is nearest, and where they differ."""

from __future__ import annotations

import pytest

from .project import Project

PUT = """
def test_put(shop):
    cart = shop.post("/v1/carts", json={"name": "birthday"}).json()
    shop.put(
        f"/v1/carts/{cart['id']}/items/apple?mode=careful",
        json={"count": 3, "wrap": {"colour": "red"}},
        headers={"X-User": "alice", "If-Match": f'"{cart["etag"]}"'},
    )
    shop.get("/v1/items?limit=2")
"""
CASSETTE = "cassettes/test_cart/test_put.yaml"
ID = "00000000-0000-4000-8000-000000000001"
REQUEST = f"PUT /v1/carts/{ID}/items/apple as alice"
NEAREST = f"  nearest: interaction 2 of {CASSETTE}, line 31"
NEXT = "next: fix the request, or record again: pytest --live --record-mode=rewrite tests/test_cart.py::test_put"

# Name -> what the test sent, what it sends now, and what is said: the request and the one line about the difference.
TABLE = {
    "method": (
        "shop.put(",
        "shop.patch(",
        f"PATCH /v1/carts/{ID}/items/apple as alice",
        f'  request   recorded "PUT /v1/carts/{ID}/items/apple", sent "PATCH /v1/carts/{ID}/items/apple"',
    ),
    "path": (
        "items/apple",
        "items/pear",
        f"PUT /v1/carts/{ID}/items/pear as alice",
        f'  request   recorded "PUT /v1/carts/{ID}/items/apple", sent "PUT /v1/carts/{ID}/items/pear"',
    ),
    "query": ("mode=careful", "mode=fast", REQUEST, '  query.mode   recorded "careful", sent "fast"'),
    "query_gone": ("?mode=careful", "", REQUEST, '  query   recorded {"mode": "careful"}, not sent'),
    "if_match": (
        """f'"{cart["etag"]}"'""",
        """'"etag-7"'""",
        REQUEST,
        r'  if-match   recorded "\"etag-1\"", sent "\"etag-7\""',
    ),
    "actor": (
        '"X-User": "alice"',
        '"X-User": "bob"',
        REQUEST.replace("alice", "bob"),
        '  as   recorded "alice", sent "bob"',
    ),
    "json_value": ('"count": 3', '"count": 4', REQUEST, "  sent.count   recorded 3, sent 4"),
    "json_type": ('"count": 3', '"count": "3"', REQUEST, '  sent.count   recorded 3, sent "3"'),
    "json_boolean": ('"count": 3', '"count": True', REQUEST, "  sent.count   recorded 3, sent true"),
    "json_field_gone": ('"count": 3, ', "", REQUEST, "  sent.count   recorded 3, not sent"),
    "json_field_new": ('"count": 3', '"count": 3, "gift": 1', REQUEST, "  sent.gift   not recorded, sent 1"),
    "json_field_renamed": (
        '"colour": "red"',
        '"color": "red"',
        REQUEST,
        "  sent.wrap.colour   renamed to 'color'",
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_changed_request_names_the_nearest_and_the_difference(shop: Project, name: str) -> None:
    """A request that changed is never silently matched; one line says in what it differs."""
    _, _, request, difference = TABLE[name]

    replayed = changed(shop).known()

    assert replayed.reports[f"test_{name}"] == [
        f"no recorded answer for {request}",
        NEAREST.replace("test_put", f"test_{name}"),
        difference,
        NEXT.replace("test_put", f"test_{name}"),
    ]


def test_every_changed_test_fails_and_no_other(shop: Project) -> None:
    """As many failures as rows in the table; no request reached the service, nothing was written."""
    replayed = changed(shop).known()

    assert replayed.outcomes == {"failed": len(TABLE), "passed": 1}
    assert replayed.calls == ()
    assert replayed.changed == []
    assert replayed.summary == [
        f"{len(TABLE) + 1} tests, {len(TABLE) + 3} exchanges compared: 0 drifted, {len(TABLE)} failed",
    ]


def changed(shop: Project) -> Project:
    """A project in which each row of the table has a test that sends something else than was recorded."""
    tests = {name: PUT.replace("test_put", f"test_{name}") for name in [*TABLE, "intact"]}
    recorded = shop.add("tests/test_cart.py", "\n".join(tests.values())).recorded()
    for name, (old, new, _, _) in TABLE.items():
        assert tests[name].count(old) == 1
        tests[name] = tests[name].replace(old, new)
    return recorded.add("tests/test_cart.py", "\n".join(tests.values()))


def test_what_does_not_matter_in_a_request_is_not_matched(shop: Project) -> None:
    """Key order, the order of query parameters, and headers off the allow-list may change."""
    ask = """
    def test_ask(shop):
        shop.post("/v1/carts?a=1&b=2", json={"name": "birthday", "rush": 1}, headers={"X-Trace": "1"})
    """
    recorded = shop.add("tests/test_cart.py", ask).recorded()

    other = recorded.edit("tests/test_cart.py", '{"name": "birthday", "rush": 1}', '{"rush": 1, "name": "birthday"}')
    other = other.edit("tests/test_cart.py", '"X-Trace": "1"', '"X-Trace": "2"')
    other = other.edit("tests/test_cart.py", "a=1&b=2", "b=2&a=1")

    assert other.replay().outcomes == {"passed": 1}


def test_unplayed_interactions_fail_and_are_listed(shop: Project) -> None:
    """A test that stopped sending something fails, with file and line of what was not asked for."""
    recorded = shop.add("tests/test_cart.py", PUT).recorded()

    replayed = recorded.edit("tests/test_cart.py", '    shop.get("/v1/items?limit=2")\n', "").replay()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.report == [
        "1 of 3 recorded interactions were not played",
        f"  3. GET /v1/items   {CASSETTE}, line 73",
        "next: send them again, or record again without them: "
        "pytest --live --record-mode=rewrite tests/test_cart.py::test_put",
    ]
    assert replayed.golden(CASSETTE).splitlines()[72:][:3] == ["- request:", "    body: null", "    headers: {}"]


def test_a_request_sent_once_more_than_recorded_fails(shop: Project) -> None:
    """Each recording answers once; the report says that it was recorded, and where last."""
    again = PUT + '    shop.get("/v1/items?limit=2")\n'
    recorded = shop.add("tests/test_cart.py", PUT).recorded()

    replayed = recorded.add("tests/test_cart.py", again).replay()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.report == [
        "no recorded answer for GET /v1/items",
        "  it was recorded, but sent more often than recorded; last at interaction 3 of",
        f"    {CASSETTE}, line 73",
        NEXT,
    ]


def test_an_unmatched_request_fails_the_test_even_when_it_is_swallowed(shop: Project) -> None:
    """A client that catches everything cannot hide what it sent."""
    recorded = shop.add("tests/test_cart.py", PUT).recorded()
    swallowing = PUT + "    try:\n        shop.get('/v1/items?limit=3')\n    except Exception:\n        pass\n"

    replayed = recorded.add("tests/test_cart.py", swallowing).replay()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.report == [
        "no recorded answer for GET /v1/items",
        f"  nearest: interaction 3 of {CASSETTE}, line 73",
        '  query.limit   recorded "2", sent "3"',
        NEXT,
    ]


def test_a_test_that_was_never_recorded_says_how_to(shop: Project) -> None:
    """No cassette: the test fails, names the file it lacks, and gives the command."""
    replayed = shop.add("tests/test_cart.py", PUT).replay()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.changed == []
    assert replayed.report == [
        f"tests/test_cart.py::test_put has no {CASSETTE}: never recorded, or deleted since",
        "next: record it against the running service: pytest --live --record-mode=rewrite tests/test_cart.py::test_put",
    ]


@pytest.mark.parametrize("lost", ["cassettes/test_cart/test_put.yaml", "snapshots/test_cart/test_put.json"])
def test_half_of_a_pair_is_not_recorded_either(shop: Project, lost: str) -> None:
    """A cassette without its snapshot, or the other way round, fails and names the missing file."""
    replayed = shop.add("tests/test_cart.py", PUT).recorded().remove(lost).replay()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.report[0] == f"tests/test_cart.py::test_put has no {lost}: never recorded, or deleted since"


def test_a_test_with_parameters_is_named_so_that_a_shell_takes_it(shop: Project) -> None:
    """The command that comes next can be pasted."""
    ask = """
    import pytest

    @pytest.mark.parametrize("limit", [1, 2], ids=["a/b", "a?b"])
    def test_ask(shop, limit):
        shop.get(f"/v1/items?limit={limit}")
    """

    replayed = shop.add("tests/test_shop.py", ask).replay("-k", "a/b")

    assert replayed.report == [
        "tests/test_shop.py::test_ask[a/b] has no cassettes/test_shop/test_ask[a%2Fb].yaml: "
        "never recorded, or deleted since",
        "next: record it against the running service: "
        "pytest --live --record-mode=rewrite 'tests/test_shop.py::test_ask[a/b]'",
    ]

    recorded = replayed.record()

    assert recorded.outcomes == {"passed": 2}
    assert recorded.changed == [
        "cassettes/test_shop/test_ask[a%2Fb].yaml",
        "cassettes/test_shop/test_ask[a%3Fb].yaml",
        "snapshots/test_shop/test_ask[a%2Fb].json",
        "snapshots/test_shop/test_ask[a%3Fb].json",
    ]
    assert recorded.replay("-k", "a/b").outcomes["passed"] == 1


def test_an_unmatched_request_fails_a_test_that_would_skip_because_of_it(shop: Project) -> None:
    """ "The service does not answer, so skip" must not hide that the cassette has no answer."""
    ask = """
    import pytest

    def test_ask(shop):
        try:
            shop.get("/v1/items?limit=1")
        except Exception:
            pytest.skip("the shop is closed")
    """
    recorded = shop.add("tests/test_shop.py", ask).record()

    replayed = recorded.edit("tests/test_shop.py", "limit=1", "limit=2").replay()

    assert replayed.outcomes == {"failed": 1}
    assert replayed.report[0] == "no recorded answer for GET /v1/items"


def test_a_test_that_skips_half_way_is_skipped(shop: Project) -> None:
    """What it did not come to play is not missed."""
    ask = """
    import pytest

    def test_ask(shop):
        shop.get("/v1/items?limit=1")
        # here
        shop.get("/v1/items?limit=2")
    """
    recorded = shop.add("tests/test_shop.py", ask).record()

    replayed = recorded.edit("tests/test_shop.py", "# here", "pytest.skip('enough')").replay()

    assert replayed.outcomes == {"skipped": 1}
