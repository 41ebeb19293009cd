"""A judged run as a whole: what judges nothing, what is not looked at, what is not shown, and the report."""

from __future__ import annotations

import json

import pytest

from .planned import HEADING, TEST, TESTS, WRONG, judged
from .project import SHOP_URL, Project


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
