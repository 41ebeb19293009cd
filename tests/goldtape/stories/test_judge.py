"""A service judged against the plan alone: what each case comes to, and that no golden is looked at."""

from __future__ import annotations

import json

import pytest

from .project import SHOP_URL, Project

CASES = """
[[case]]
id = "shop/buy"
test = "test_shop.py::test_buy"
must = "what is put into a cart is in it"

[[case]]
id = "shop/browse"
test = "test_shop.py::test_browse"
must = "as many items are listed as are asked for"
"""
TESTS = """
import pytest
from goldtape import NotJudged, arranged

@pytest.mark.case("shop/buy")
def test_buy(shop):
    cart = arranged(shop.post("/v1/carts", json={"name": "birthday"})).json()
    headers = {"X-User": "alice", "If-Match": f'"{cart["etag"]}"'}
    put = shop.put(f"/v1/carts/{cart['id']}/items/apple", json={"count": 3}, headers=headers).json()
    assert put["items"][0]["count"] == 3

@pytest.mark.case("shop/browse")
def test_browse(shop):
    assert len(shop.get("/v1/items?limit=2").json()["items"]) == 2
"""
TEST = "tests/test_shop.py"
HEADING = f"shop   against the plan, at {SHOP_URL}"
WRONG = ('"count": read(request)["count"], "price": 2.5})', '"count": 7, "price": 2.5})')


@pytest.fixture
def planned(shop: Project) -> Project:
    """Two tests that carry two cases, never recorded."""
    return shop.add(TEST, TESTS).add("tests/cases.toml", CASES)


def judged(project: Project, *arguments: str) -> Project:
    """`pytest --live --against=plan`"""
    return project.run("--live", "--against=plan", *arguments)


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


def test_a_test_that_sends_nothing_judges_nothing(planned: Project) -> None:
    """Even if all of its assertions hold; a test without a tape and a case is left out."""
    silent = "\n\n@pytest.mark.case('shop/pay')\ndef test_pay(shop):\n    pass\n\ndef test_other():\n    assert False\n"
    done = judged(planned.add(TEST, TESTS + silent))

    assert done.summary[2:] == [
        "  not judged  pay   it sent nothing that its tape could hear",
        "2 conform, 0 deviate, 1 not judged",
    ]
    assert (done.exit_code, done.outcomes) == (0, {"passed": 2, "not": 1, "deselected": 1})


def test_what_a_wider_fixture_sent_counts(planned: Project) -> None:
    """A test that only asserts what a fixture of its module has got judges it."""
    wide = """
import httpx, service

@pytest.fixture(scope="module")
def listed(goldtape):
    client = httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer))
    return client.get("/v1/items?limit=1").json()

def test_wide(goldtape, listed):
    assert listed["items"]
"""
    done = judged(planned.add(TEST, TESTS + wide))

    assert done.summary[-1] == "3 conform, 0 deviate, 0 not judged"


def test_a_declared_failure_is_a_deviation_all_the_same(planned: Project) -> None:
    """A strict xfail says what our service does; another one that conforms is not to blame for it."""
    known = '@pytest.mark.xfail(strict=True, reason="known")\n@pytest.mark.case("shop/'
    marked = planned.add(TEST, TESTS.replace('@pytest.mark.case("shop/', known)).change_service(*WRONG)

    done = judged(marked)

    assert done.summary[1:3] == ["  conforms    browse", "  deviates    buy   what is put into a cart is in it"]
    assert done.exit_code == 1
    assert judged(marked, "-k", "browse").exit_code == 0


def test_what_fails_in_a_teardown_is_told_beside_the_verdict(planned: Project) -> None:
    """The case keeps its verdict; the exit code is 1, because what is left behind disturbs other tests."""
    leaving = """
@pytest.fixture
def tidy(shop):
    yield
    assert shop.get("/v1/items?limit=0").json()["items"], "a cart is left"

@pytest.mark.case("shop/pay")
def test_pay(tidy, shop):
    shop.get("/v1/items?limit=1")
"""
    done = judged(planned.add(TEST, TESTS + leaving))

    assert done.summary[1:] == [
        "  conforms    buy, browse, pay",
        "  clean-up    pay",
        "              a cart is left",
        "              assert []",
        "3 conform, 0 deviate, 0 not judged",
    ]
    assert done.exit_code == 1
    assert done.reports == {}


def test_a_service_that_never_answers_is_not_judged(planned: Project) -> None:
    """One that has answered, and then falls silent, deviates."""
    down = planned.change_service(
        '    with Path("calls.txt")', '    raise httpx.ConnectError("refused")\n    with Path("calls.txt")'
    )
    silent = judged(down)
    assert silent.exit_code == 3
    assert [line for line in silent.summary if "shop does not answer any more" in line]

    falls = planned.change_service(
        "cart = CARTS[cart_id]\n    if request", 'raise httpx.ReadTimeout("late")\n    if request'
    )
    done = judged(falls)
    assert done.exit_code == 1
    [line] = [line for line in done.summary if "exchange 2" in line]
    assert "got no answer (ReadTimeout after 5 s): " in line


def test_a_system_that_cannot_be_started_is_not_judged(planned: Project) -> None:
    """One line for all of its tests, and the reason of the engine."""
    done = judged(planned.configure('url-env = "SHOP_URL"', 'url-env = "NOWHERE_URL"'))

    assert done.summary == [
        "shop   against the plan, at a service started here",
        "  not judged  buy, browse",
        "              shop has no address: NOWHERE_URL is not set, and no `serve` command is configured",
        "              next: set NOWHERE_URL to a deployment, or `serve` in the system's table in pyproject.toml",
        "0 conform, 0 deviate, 2 not judged",
    ]
    assert done.exit_code == 3


def test_goldens_are_neither_read_nor_written(planned: Project) -> None:
    """Damaged ones are no matter, and a value that a test compares with a snapshot of its own agrees."""
    own = "\ndef test_own(shop, snapshot):\n    assert shop.get('/v1/items?limit=1').json() == snapshot\n"
    recorded = planned.add(TEST, TESTS + own).recorded()
    for path in recorded.goldens:
        recorded = recorded.add(path, b"\xff damaged")

    done = judged(recorded.change_service('"stock": n % 7', '"stock": n % 5 + 1'))

    assert (done.exit_code, done.changed) == (0, [])
    assert done.summary[-1] == "3 conform, 0 deviate, 0 not judged"


def test_no_secret_is_shown(planned: Project) -> None:
    """Not in a message, not in a path, not in the JSON."""
    login = """
def test_login(shop):
    token = shop.post("/v1/login").json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert shop.get(f"/v1/items?limit=1&api_key={token}", headers=headers).json() == token
"""
    leak = planned.add(TEST, TESTS + login).change_service(
        "token = secrets.token_urlsafe(24)", 'token = "q7Zt3mX9vL2kR8wB" + "5nYcJ4hD6gFsP1eA"'
    )

    done = judged(leak, "--plan-report=verdict.json")

    assert done.exit_code == 1
    assert "q7Zt3mX9vL2kR8wB5nYcJ4hD6gFsP1eA" not in done.output + done.files["verdict.json"].decode()
    assert "exchange 2, GET /v1/items?limit=1&api_key=" in done.output


def test_a_name_and_a_password_of_the_address_are_not_shown(planned: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither above the run nor below it."""
    monkeypatch.setenv("SHOP_URL", "http://ann:Tr0ub4dor-and-3@127.0.0.1:9")

    done = judged(planned)

    assert "Tr0ub4dor" not in done.output
    assert done.summary[0] == HEADING


def test_the_json_holds_the_same_facts(planned: Project) -> None:
    """System, place, and each case with its verdict, reason and exchange."""
    done = judged(planned.change_service(*WRONG), "--plan-report", "verdict.json")

    verdict = json.loads(done.files["verdict.json"])
    [system] = verdict["systems"]
    buy, browse = system["cases"]
    path = buy["exchange"].pop("request")
    assert (system["system"], system["where"], system["clean-up"]) == ("shop", SHOP_URL, [])
    assert path.startswith("PUT /v1/carts/")
    assert buy == {
        "id": "shop/buy",
        "must": "what is put into a cart is in it",
        "verdict": "deviates",
        "tests": [f"{TEST}::test_buy"],
        "reason": "assert 7 == 3",
        "exchange": {"number": 2, "as": "alice", "status": 200},
        "test": f"{TEST}::test_buy",
        "place": f"{TEST}:9",
    }
    assert browse["verdict"] == "conforms"
    assert verdict["counts"] == {"conforms": 1, "deviates": 1, "not judged": 0}
    assert done.changed == ["verdict.json"]


def test_a_report_that_cannot_be_written_is_wrong_use(planned: Project) -> None:
    """It is said before the first test; so it is of a run that judges nothing."""
    assert judged(planned, "--plan-report=no/where.json").usage_error == [
        "--plan-report=no/where.json: No such file or directory",
        "next: name a file in a folder that is there",
    ]
    assert planned.verify("--plan-report=verdict.json").usage_error == [
        "--plan-report is about a judged run",
        "next: pytest --live --against=plan --plan-report FILE",
    ]


def test_workers_come_to_the_same_table(planned: Project) -> None:
    """The facts travel in the reports."""
    several = planned.change_service(*WRONG)
    apart = several.run_apart("--live", "--against=plan", "-n", "2", "--plan-report=verdict.json")

    assert apart.exit_code == 1
    assert apart.summary[0] == HEADING
    assert apart.summary[-1] == "1 conforms, 1 deviates, 0 not judged"
    assert json.loads(apart.files["verdict.json"])["counts"]["deviates"] == 1


def test_a_plan_that_cannot_be_read_leaves_the_verdict(planned: Project) -> None:
    """Without what the plan says, and with a line about the file."""
    done = judged(planned.add("tests/cases.toml", "[[case]\n").change_service(*WRONG))

    assert done.summary[2].startswith("  deviates    buy   exchange 2, PUT ")
    assert done.summary[-1].startswith(f"what the plan says is not shown: {done.path / 'tests/cases.toml'} is not ")


def test_an_interrupted_run_stays_interrupted(planned: Project) -> None:
    """Its table tells of the tests that ran."""
    stopped = planned.add(TEST, TESTS + "\ndef test_stop(shop):\n    raise KeyboardInterrupt\n")

    done = stopped.run("--live", "--against=plan", interrupted=True)

    assert done.exit_code == 2
    assert f"  not judged  {TEST}::test_stop   its body did not come to an end" in done.summary
