"""The table of a judged run: what each case comes to, one cause once."""

from __future__ import annotations

import pytest

from .planned import HEADING, TEST, TESTS, WRONG, judged
from .project import SHOP_URL, Project


def test_a_service_that_conforms_is_one_line_and_exit_code_0(planned: Project) -> None:
    """The header says what is judged and where; nothing is written."""
    done = judged(planned)

    assert (done.exit_code, done.outcomes, done.changed) == (0, {"passed": 2}, [])
    assert done.header == (
        "goldtape: judge (live, against the plan alone: no golden is looked at, nothing is written); "
        f"systems: shop at {SHOP_URL} (SHOP_URL)"
    )
    assert done.summary == [HEADING, "  conforms    buy, browse", "2 conform, 0 deviate, 0 not judged"]


def test_a_deviation_shows_the_plan_the_exchange_and_the_values(planned: Project) -> None:
    """The path is as it was sent, so that it can be found in the service's log; exit code 1, and no traceback."""
    done = judged(planned.change_service(*WRONG))

    [path] = {line.split()[3] for line in done.summary if "exchange 2" in line}
    assert path.startswith("/v1/carts/")
    assert path.endswith("/items/apple")
    assert done.summary == [
        HEADING,
        "  conforms    browse",
        "  deviates    buy   what is put into a cart is in it",
        f"              exchange 2, PUT {path} as alice answered 200: assert 7 == 3   {TEST}:9",
        "1 conforms, 1 deviates, 0 not judged",
    ]
    assert done.exit_code == 1
    assert done.reports == {}
    assert len(done.lines) < 20


def test_values_are_shown_without_the_advice_of_pytest(planned: Project) -> None:
    """The first lines of its message say what was there."""
    pairs = TESTS.replace("assert len(", "assert (1, 2) == (1, len(").replace(") == 2", ").bit_length() + 1)")

    done = judged(planned.add(TEST, pairs))

    assert done.summary[2:] == [
        "  deviates    browse   as many items are listed as are asked for",
        "              exchange 1, GET /v1/items?limit=2 answered 200: assert (1, 2) == (1, 3)",
        f"              At index 1 diff: 2 != 3   {TEST}:13",
        "1 conforms, 1 deviates, 0 not judged",
    ]


@pytest.mark.parametrize("flag", ["-vv", "--tb=short"])
def test_the_tracebacks_are_there_for_those_who_ask(planned: Project, flag: str) -> None:
    """As pytest shows them."""
    done = judged(planned.change_service(*WRONG), flag)

    assert list(done.reports) == ["test_buy"]


def test_a_step_that_only_arranges_judges_nothing(planned: Project) -> None:
    """Neither in the body nor in a set-up; and not when another error comes of it."""
    chained = """
@pytest.fixture
def cart(shop):
    status = shop.post("/v1/carts", json={"name": "x"}).status_code
    assert status == 201

def test_setup(cart):
    pass

def test_chained(shop):
    try:
        arranged(shop.get("/v1/nowhere"))
    except NotJudged as error:
        raise KeyError("id") from error
"""
    done = judged(
        planned.add(TEST, TESTS + chained).change_service("return stamped(cart, 201)", "return refused(409, 'NO', '')")
    )

    assert done.summary[2:] == [
        "  not judged  buy   POST http://shop.test/v1/carts answered 409 where the test arranges: "
        '{"error":{"code":"NO","message":""}} (exchange 1)',
        "  not judged  tests/test_shop.py::test_chained   GET http://shop.test/v1/nowhere answered 404 where the test "
        'arranges: {"error":{"code":"NO_ROUTE","message":"no route /v1/nowhere"}} (exchange 1)',
        "  not judged  tests/test_shop.py::test_setup   assert 409 == 201 (exchange 1)",
        "1 conforms, 0 deviate, 3 not judged",
    ]
    assert done.exit_code == 0


def test_one_cause_of_many_is_one_entry(planned: Project) -> None:
    """The same words but for ids; of an error of the test's own code the words are its class and message."""
    many = """
@pytest.mark.parametrize("number", range(30))
def test_many(shop, number):
    shop.get(f"/v1/carts/{number:08}").json()["etag"]
"""
    done = judged(planned.add(TEST, TESTS + many))

    assert done.summary[2:] == [
        f"  deviates    {TEST}::test_many[*] (30)",
        f"              exchange 1, GET /v1/carts/00000000 answered 404: KeyError: 'etag'   {TEST}:17",
        "2 conform, 30 deviate, 0 not judged",
    ]


def test_a_service_that_always_fails_is_one_entry_a_route(planned: Project) -> None:
    """Every assertion fails then, each in words of its own."""
    more = "".join(
        f"""
@pytest.mark.case("shop/more-{number}")
def test_more_{number}(shop):
    assert len(shop.get("/v1/items?limit={number}").text) == {number + 9}
"""
        for number in range(30)
    )
    broken = "    return httpx.Response(500, text='<html>')\n    for method, pattern, function in ROUTES:"
    done = judged(
        planned.add(TEST, TESTS + more).change_service("    for method, pattern, function in ROUTES:", broken)
    )

    assert len(done.summary) == 7
    assert done.summary[-2:] == [
        "  not judged  buy   POST http://shop.test/v1/carts answered 500 where the test arranges: <html> (exchange 1)",
        "0 conform, 31 deviate, 1 not judged",
    ]


def test_a_wider_fixture_that_is_refused_is_one_entry(planned: Project) -> None:
    """With its own exchange, and without the secrets that it alone has heard."""
    wide = """
import httpx, service

@pytest.fixture(scope="module")
def reference(goldtape):
    client = httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer))
    token = client.post("/v1/login").json()["token"]
    arranged(client.get(f"/v1/nowhere?token={token}"))

@pytest.mark.parametrize("number", range(3))
def test_more(reference, shop, number):
    pass
"""
    done = judged(planned.add(TEST, TESTS + wide))

    assert done.summary[2:] == [
        f"  not judged  {TEST}::test_more[0], {TEST}::test_more[1],",
        f"              {TEST}::test_more[2]",
        "              GET http://shop.test/v1/nowhere?token=[redacted] answered 404 where the test arranges: "
        '{"error":{"code":"NO_ROUTE","message":"no route /v1/nowhere"}} (exchange 2)',
        "2 conform, 0 deviate, 3 not judged",
    ]


def test_a_test_with_subtests_is_one_test(planned: Project) -> None:
    """The first that fails tells, and pytest's own report of the others is left out."""
    parts = """
@pytest.mark.case("shop/browse")
def test_parts(shop, subtests):
    for number in range(3):
        with subtests.test(number=number):
            items = shop.get(f"/v1/items?limit={number}").json()["items"]
            assert items
"""
    done = judged(planned.add(TEST, TESTS + parts))

    assert done.summary[2:] == [
        "  deviates    browse   as many items are listed as are asked for",
        f"              exchange 1, GET /v1/items?limit=0 answered 200: assert []   {TEST}:20",
        "1 conforms, 1 deviates, 0 not judged",
    ]
    assert done.reports == {}


def test_a_subtest_that_is_not_judged_leaves_the_test_not_judged(planned: Project) -> None:
    """Whatever the others come to, unless one deviates."""
    parts = """
@pytest.mark.case("shop/buy")
def test_parts(shop, subtests):
    for number in range(3):
        with subtests.test(number=number):
            if not shop.get(f"/v1/items?limit={number}").json()["items"]:
                raise NotJudged("no items")
"""
    done = judged(planned.add(TEST, TESTS + parts))

    assert done.summary[2:] == [
        "  not judged  buy   no items (exchange 1)",
        "1 conforms, 0 deviate, 1 not judged",
    ]


def test_different_statuses_are_different_causes(planned: Project) -> None:
    """Only ids are taken for the same."""
    two = """
def test_404(shop):
    assert shop.get("/v1/carts/00000000").status_code == 200

def test_403(shop):
    assert shop.get("/v1/carts/00000001").status_code == 201
"""
    done = judged(planned.add(TEST, TESTS + two))

    assert len([line for line in done.summary if line.startswith("  deviates")]) == 2


def test_a_case_is_as_grave_as_its_gravest_test(planned: Project) -> None:
    """Deviates before not judged before conforms."""
    more = """
@pytest.mark.case("shop/browse", "shop/buy")
def test_more(shop):
    raise NotJudged("no stock")

@pytest.mark.case("shop/browse")
@pytest.mark.parametrize("limit", [1, 2])
def test_table(shop, limit):
    assert len(shop.get(f"/v1/items?limit={limit}").json()["items"]) == 2, f"asked for {limit}"
"""
    done = judged(planned.add(TEST, TESTS + more))

    assert done.summary[1:] == [
        "  deviates    browse   as many items are listed as are asked for",
        "              exchange 1, GET /v1/items?limit=1 answered 200: asked for 1",
        "              assert 1 == 2",
        f"              +  where 1 = len([{{'id': 'item-0000', 'stock': 0}}])   {TEST}:22",
        "  not judged  buy   no stock",
        "0 conform, 1 deviates, 1 not judged",
    ]


def test_a_promise_of_ones_own_that_skips_is_no_line_of_the_table(planned: Project) -> None:
    """A test without a case knows itself whether it is about the plan."""
    own = """
    import pytest

    def test_order(shop, goldtape):
        if goldtape.judging:
            pytest.skip("a promise of our own shop")
        shop.get("/v1/items?limit=3")
    """

    done = judged(planned.add("tests/test_own.py", own))

    assert done.outcomes == {"passed": 2, "skipped": 1}
    assert done.summary == [HEADING, "  conforms    buy, browse", "2 conform, 0 deviate, 0 not judged"]


def test_where_nothing_is_judged_the_exit_code_is_3(planned: Project) -> None:
    """A skip is no judgement, and its reason is told."""
    done = judged(planned.add(TEST, TESTS.replace("def test_", "@pytest.mark.skip(reason='too long')\ndef test_")))

    assert done.summary == [
        HEADING,
        "  not judged  buy, browse",
        "              too long",
        "0 conform, 0 deviate, 2 not judged",
    ]
    assert done.exit_code == 3
