"""The service changed: what `pytest --live` says about it, and that it writes nothing."""

from __future__ import annotations

import pytest

from .project import Project

CART = """
def test_buy(shop):
    cart = shop.post("/v1/carts", json={"name": "birthday"}).json()
    path = f"/v1/carts/{cart['id']}"
    shop.put(f"{path}/items/apple", json={"count": 3}, headers={"X-User": "alice", "If-Match": f'"{cart["etag"]}"'})
    shop.get(path)
"""

PUT = "2. PUT /v1/carts/<cart-1>/items/apple as alice"
GET = "3. GET /v1/carts/<cart-1>"
SNAPSHOT = "snapshots/test_cart/test_buy.json"
NEXT = (
    "next: look at the diff; if the change is meant, record again: "
    "pytest --live --record-mode=rewrite tests/test_cart.py::test_buy"
)


def line_of(recorded: Project, exchange: str) -> int:
    """The line of the snapshot at which an exchange begins."""
    starts = [n for n, line in enumerate(recorded.golden(SNAPSHOT).splitlines(), 1) if line == "    {"]
    return starts[int(exchange.partition(".")[0]) - 1]


def test_an_unchanged_service_is_verified_and_nothing_is_written(shop: Project) -> None:
    """Verify asks the service anew, agrees with the snapshots, and leaves the goldens alone."""
    verified = shop.add("tests/test_cart.py", CART).recorded().verify()

    assert verified.outcomes == {"passed": 1}
    assert len(verified.calls) == 3
    assert verified.changed == []
    assert verified.summary == ["1 test, 3 exchanges compared: 0 drifted, 0 failed"]


def test_a_changed_service_fails_the_test_and_says_what_changed(shop: Project) -> None:
    """Each difference: its kind, exchange and path, expected and got; then the next command."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    drifted = recorded.change_service(
        '"count": read(request)["count"], "price": 2.5})\n    return stamped(cart, 200)',
        '"count": "3", "price": 2.75, "gift": False})\n    return stamped(cart, 202)',
    )
    verified = drifted.verify()

    assert verified.outcomes == {"failed": 1}
    assert verified.changed == []
    assert verified.report == [
        "7 differences from the snapshot, 3 breaking",
        f"  breaking   {PUT}   status                    expected 200, got 202",
        f'  breaking   {PUT}   received.items[0].count   expected 3, got "3"',
        f"  additive   {PUT}   received.items[0].gift    new: false",
        f"  changed    {PUT}   received.items[0].price   expected 2.5, got 2.75",
        f'  breaking   {GET.ljust(len(PUT))}   received.items[0].count   expected 3, got "3"',
        f"  additive   {GET.ljust(len(PUT))}   received.items[0].gift    new: false",
        f"  changed    {GET.ljust(len(PUT))}   received.items[0].price   expected 2.5, got 2.75",
        "recorded at",
        f"  {PUT}   {SNAPSHOT}, line {line_of(recorded, PUT)}",
        f"  {GET.ljust(len(PUT))}   {SNAPSHOT}, line {line_of(recorded, GET)}",
        NEXT,
    ]
    first, *_, last = verified.summary
    assert first == "1 test, 3 exchanges compared: 1 drifted, 0 failed"
    assert [line.partition(":")[0] for line in verified.summary if line.startswith("cause")] == [
        "cause 1 of 4, breaking, in 1 test",
        "cause 2 of 4, breaking, in 1 test",
        "cause 3 of 4, changed, in 1 test",
        "cause 4 of 4, additive, in 1 test",
    ]
    assert last == "next: pytest --live --record-mode=rewrite, if the changes are meant; then git diff snapshots"


def test_a_meant_change_is_recorded_and_then_agrees(shop: Project) -> None:
    """verify fails, record writes exactly the goldens of the changed test, verify and replay agree."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()
    drifted = recorded.change_service('"price": 2.5', '"price": 2.75').verify()

    accepted = drifted.record()

    assert accepted.changed == ["cassettes/test_cart/test_buy.yaml", "snapshots/test_cart/test_buy.json"]
    assert accepted.verify().outcomes == {"passed": 1}
    assert accepted.replay().outcomes == {"passed": 1}


def test_one_changed_line_is_one_line_in_the_diff_of_each_golden(shop: Project) -> None:
    """A price that changed in one answer is one line in the cassette and one in the snapshot."""
    recorded = shop.add("tests/test_cart.py", CART.replace("    shop.get(path)\n", "")).recorded()

    accepted = recorded.change_service('"price": 2.5', '"price": 2.75').record()

    for path in recorded.goldens:
        before, after = recorded.golden(path).splitlines(), accepted.golden(path).splitlines()
        changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        assert [(old.replace("2.5", "2.75"), old.count("2.5")) for old, _ in changed] == [(changed[0][1], 1)]


def test_the_bodys_own_error_stands_first_and_then_the_drift(shop: Project) -> None:
    """When an assertion of the test fails too, a reader sees it first, and below it what the service changed."""
    asserting = CART.replace("    shop.get(path)\n", "    assert shop.get(path).json()['items'][0]['price'] == 2.5\n")
    recorded = shop.add("tests/test_cart.py", asserting).recorded()

    verified = recorded.change_service('"price": 2.5', '"price": 2.75').verify()

    assert verified.outcomes == {"failed": 1}
    assert verified.changed == []
    assert verified.complaint == ["assert 2.75 == 2.5"]
    assert verified.report[verified.report.index("tests/test_cart.py:5: AssertionError") + 1 :] == [
        "---------------------------- Captured goldtape call ----------------------------",
        "2 differences from the snapshot, 0 breaking",
        f"  changed   {PUT}   received.items[0].price   expected 2.5, got 2.75",
        f"  changed   {GET.ljust(len(PUT))}   received.items[0].price   expected 2.5, got 2.75",
        "recorded at",
        f"  {PUT}   {SNAPSHOT}, line {line_of(recorded, PUT)}",
        f"  {GET.ljust(len(PUT))}   {SNAPSHOT}, line {line_of(recorded, GET)}",
        "next: mend the service or the test first; nothing is recorded of a test that fails",
    ]
    assert verified.summary[0] == "1 test, 3 exchanges compared: 0 drifted, 1 failed"


def test_a_body_that_stops_half_way_is_not_blamed_for_what_it_did_not_send(shop: Project) -> None:
    """Only what the test got to is compared; the exchanges after the error are no difference."""
    asserting = CART.replace("    shop.get(path)\n", "    assert False, 'no further'\n    shop.get(path)\n")
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    verified = recorded.add("tests/test_cart.py", asserting).verify()

    assert verified.complaint == ["AssertionError: no further", "assert False"]
    assert not any("difference" in line for line in verified.lines)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        pytest.param(
            '"name": read(request)["name"]',
            '"title": read(request)["name"]',
            "  breaking   1. POST /v1/carts   received.name   renamed to 'title'",
            id="renamed",
        ),
        pytest.param(
            '"name": read(request)["name"], ',
            "",
            '  breaking   1. POST /v1/carts   received.name   expected "birthday", it is gone',
            id="dropped",
        ),
        pytest.param(
            '"ETag": f\'"{cart["etag"]}"\', ',
            "",
            '  breaking   1. POST /v1/carts   headers.etag   expected "\\"<etag-1>\\"", it is gone',
            id="header-gone",
        ),
        pytest.param(
            '"Date": now()',
            '"Retry-After": "3"',
            '  additive   1. POST /v1/carts   headers.retry-after   new: "3"',
            id="header-new",
        ),
        pytest.param(
            "return stamped(cart, 201)",
            "return stamped(cart, 500)",
            "  breaking   1. POST /v1/carts   status   answers 500 where it answered 201",
            id="server-error",
        ),
    ],
)
def test_every_change_of_one_answer_is_one_entry(shop: Project, old: str, new: str, line: str) -> None:
    """Whatever the service changes about one answer, the report has one line for it."""
    create = """
    def test_create(shop):
        shop.post("/v1/carts", json={"name": "birthday"})
    """
    service = shop.add("tests/test_cart.py", create)
    if "500" in new:  # the shop stamps a new cart by its status
        service = service.change_service("if status == 201 or", "if status >= 201 or")

    verified = service.recorded().change_service(old, new).verify()

    assert verified.outcomes == {"failed": 1}
    assert verified.report[1:-3] == [line]
    assert verified.report[-2] == "  1. POST /v1/carts   snapshots/test_cart/test_create.json, line 6"


def test_an_exchange_more_or_less_is_one_entry(shop: Project) -> None:
    """A test that asks once more, or once less, drifts by that exchange alone."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    more = recorded.edit(
        "tests/test_cart.py", "    shop.get(path)\n", "    shop.get(path)\n    shop.get('/v1/items?limit=1')\n"
    )
    less = recorded.edit("tests/test_cart.py", "    shop.get(path)\n", "")

    assert more.verify().report[1] == "  additive   4. GET /v1/items?limit=1   -   a new exchange"
    assert less.verify().report[1] == f"  breaking   {GET}   -   expected this exchange, it is gone"


def test_verify_needs_the_snapshot_and_not_the_cassette(shop: Project) -> None:
    """Without a cassette the service is compared all the same; without a snapshot there is nothing to compare with."""
    recorded = shop.add("tests/test_cart.py", CART).recorded()

    without_cassette = recorded.remove("cassettes/test_cart/test_buy.yaml").verify()
    without_snapshot = recorded.remove("snapshots/test_cart/test_buy.json").verify()

    assert without_cassette.outcomes == {"passed": 1}
    assert without_snapshot.outcomes == {"failed": 1}
    assert without_snapshot.report == [
        "tests/test_cart.py::test_buy has no snapshots/test_cart/test_buy.json: never recorded, or deleted since",
        "next: record it against the running service: pytest --live --record-mode=rewrite tests/test_cart.py::test_buy",
    ]


def test_a_live_run_without_anywhere_to_go_says_what_to_set(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """No deployment named and nothing to start: the test fails with the variable and the command."""
    monkeypatch.delenv("SHOP_URL")

    verified = shop.add("tests/test_cart.py", CART).verify()

    assert verified.outcomes == {"errors": 1}
    assert verified.report == [
        "shop has no address: SHOP_URL is not set, and no `serve` command is configured",
        "next: set SHOP_URL to a deployment, or `serve` in the system's table in pyproject.toml",
    ]
