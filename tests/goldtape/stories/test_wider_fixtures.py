"""Fixtures wider than a test: each has a tape and goldens of its own, and the tests that use it go on from there."""

from __future__ import annotations

import json

import pytest

from .project import Project

CONFTEST = """
import httpx
import pytest
import service

@pytest.fixture(scope="session")
def client(goldtape):
    with httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer)) as client:
        yield client

@pytest.fixture(scope="session")
def login(client):
    answer = client.post("/v1/login", json={"user": "ann"})
    yield {"Authorization": "Bearer " + answer.json()["token"]}
    client.post("/v1/logout")
"""
USES_LOGIN = """
def test_buy(client, login):
    cart = client.post("/v1/carts", json={"name": "a"}, headers=login).json()
    client.get(f"/v1/carts/{cart['id']}", headers=login)

def test_look(client, login):
    client.get("/v1/items?limit=1", headers=login)
"""
REFERENCE = """
import pytest

@pytest.fixture(scope="module")
def reference(client):
    return client.post("/v1/carts", json={"name": "reference"}).json()

def test_read(client, reference):
    cart = client.get(f"/v1/carts/{reference['id']}").json()
    assert cart["createdAt"] == reference["createdAt"]

def test_fill(client, reference):
    client.get(f"/v1/carts/{reference['id']}", headers={"If-None-Match": f'"{reference["etag"]}"'})
    other = client.post("/v1/carts", json={"name": "other"}).json()
    client.get(f"/v1/carts/{other['id']}")
"""


def without_cookie(shop: Project) -> Project:
    """A shop that sets no cookie: the jar of a client of the session would take it to whatever test runs next."""
    return shop.change_service(', headers={"Set-Cookie": f"session={secrets.token_hex(16)}"}', "")


@pytest.fixture
def logged_in(shop: Project) -> Project:
    """A shop whose tests log in once a session."""
    return without_cookie(shop).add("tests/conftest.py", CONFTEST).add("tests/test_shop.py", USES_LOGIN)


@pytest.fixture
def with_reference(shop: Project) -> Project:
    """A shop whose module makes its reference data once."""
    return shop.add("tests/conftest.py", CONFTEST).add("tests/test_read.py", REFERENCE)


def test_a_login_once_a_session_has_goldens_of_its_own(logged_in: Project) -> None:
    """In all modes: the login is sent once, and stands in no test's golden."""
    recorded = logged_in.record()

    assert recorded.outcomes == {"passed": 2}, recorded.output
    assert recorded.summary[0] == "2 tests and 1 wider fixture, 5 exchanges: 3 written, 0 unchanged"
    assert sorted(recorded.goldens) == [
        "cassettes/@login.yaml",
        "cassettes/test_shop/test_buy.yaml",
        "cassettes/test_shop/test_look.yaml",
        "snapshots/@login.json",
        "snapshots/test_shop/test_buy.json",
        "snapshots/test_shop/test_look.json",
    ]
    login = json.loads(recorded.golden("snapshots/@login.json"))
    assert [one["request"] for one in login["exchanges"]] == ["POST /v1/login"]
    assert [one["request"] for one in login["afterwards"]] == ["POST /v1/logout"]
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 2}, []), again.output
    assert recorded.replay().calls == ()
    assert recorded.replay().summary[0] == ("2 tests and 1 wider fixture, 5 exchanges compared: 0 drifted, 0 failed")


def test_what_a_fixture_showed_has_the_name_of_the_fixture_in_every_test(logged_in: Project) -> None:
    """Its secret is the same one in the login and in the tests; theirs have names of their own."""
    recorded = logged_in.record()

    assert '"token": "[redacted-login-1]"' in recorded.golden("snapshots/@login.json")
    for test in ("test_buy", "test_look"):
        assert '"as": "Bearer [redacted-login-1]"' in recorded.golden(f"snapshots/test_shop/{test}.json")
    assert "/v1/carts/<cart-1>" in recorded.golden("snapshots/test_shop/test_buy.json")


def test_reference_data_once_a_module_keep_their_placeholders_in_its_tests(with_reference: Project) -> None:
    """Ids, etags and instants of the fixture are no new values of the test, and never collide with those."""
    recorded = with_reference.record()

    assert recorded.outcomes == {"passed": 2}, recorded.output
    reference = json.loads(recorded.golden("snapshots/test_read/@reference.json"))["exchanges"][0]["received"]
    [read] = json.loads(recorded.golden("snapshots/test_read/test_read.json"))["exchanges"]
    assert read["received"]["id"] == reference["id"] == "<@reference-1>"
    assert read["received"]["createdAt"] == reference["createdAt"] < "2000"
    asked, other, _ = json.loads(recorded.golden("snapshots/test_read/test_fill.json"))["exchanges"]
    assert asked["if-none-match"] == '"<@reference-etag-1>"'
    assert other["received"]["id"] == "<cart-1>"
    assert other["received"]["etag"] == "<etag-1>"
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 2}, []), again.output


@pytest.mark.parametrize("command", ["replay", "verify", "record"])
@pytest.mark.parametrize(
    "which",
    [
        pytest.param(("tests/test_shop.py::test_look",), id="one-test-alone"),
        pytest.param(("tests/test_shop.py::test_look", "tests/test_shop.py::test_buy"), id="reversed"),
        pytest.param(("tests/test_read.py::test_fill",), id="one-of-a-module"),
        pytest.param(("tests/test_plain.py",), id="none"),
        pytest.param(("-p", "randomly", "-p", "no:cacheprovider"), id="random-order"),
    ],
)
def test_only_the_fixtures_that_are_asked_for_are_played(
    logged_in: Project, command: str, which: tuple[str, ...]
) -> None:
    """In any order and selection the goldens stay as they are."""
    both = logged_in.add("tests/test_read.py", REFERENCE).add("tests/test_plain.py", "def test_plain(): pass")
    recorded = both.recorded()

    again = getattr(recorded, command)(*which)

    assert (again.exit_code, again.changed) == (0, []), again.output


def test_each_worker_plays_its_own_login(logged_in: Project) -> None:
    """With two workers, both set the fixture up, and record the same."""
    recorded = logged_in.record("-n", "2")

    assert recorded.outcomes == {"passed": 2}, recorded.output
    assert (recorded.replay("-n", "2").exit_code, recorded.record("-n", "2").changed) == (0, [])
    assert logged_in.record().goldens == recorded.goldens


def test_a_fixture_that_is_asked_for_in_the_middle_of_a_test_is_heard_apart(logged_in: Project) -> None:
    """Its requests land in its own tape, not in that of the test that runs."""
    story = """
    def test_buy(client, request):
        client.get("/v1/items?limit=1")
        login = request.getfixturevalue("login")
        client.get("/v1/items?limit=2", headers=login)
    """
    recorded = logged_in.add("tests/test_shop.py", story).record()

    shown = json.loads(recorded.golden("snapshots/test_shop/test_buy.json"))
    assert [one["request"] for one in shown["exchanges"]] == ["GET /v1/items", "GET /v1/items"]
    assert shown["exchanges"][1]["as"] == "Bearer [redacted-login-1]"
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 1}, []), again.output


def test_a_fixture_that_sends_something_else_is_an_error_of_its_set_up(logged_in: Project) -> None:
    """It names the fixture and the nearest request; recording again helps."""
    recorded = logged_in.recorded()
    changed = recorded.edit("tests/conftest.py", '"user": "ann"', '"user": "bob"')

    replayed = changed.replay()

    assert replayed.outcomes == {"errors": 2}
    for report in replayed.reports.values():
        assert report == [
            "fixture login of tests, scope session",
            "no recorded answer for POST /v1/login",
            "  nearest: interaction 1 of cassettes/@login.yaml, line 2",
            '  sent.user   recorded "ann", sent "bob"',
            "next: fix the request, or record again: pytest --live --record-mode=rewrite tests",
        ]
    again = changed.record()
    assert (again.outcomes, again.changed) == ({"passed": 2}, ["cassettes/@login.yaml", "snapshots/@login.json"])


def test_a_service_that_answers_the_fixture_otherwise_is_told_when_the_fixture_ends(logged_in: Project) -> None:
    """The tests are compared all the same; the difference is told once."""
    recorded = logged_in.recorded()
    changed = recorded.change_service('json={"token": token}', 'json={"token": token, "level": 3}')

    verified = changed.verify()

    assert verified.outcomes == {"passed": 2, "errors": 1}
    assert list(verified.reports) == ["ERROR at teardown of test_look"]
    assert any("level" in line for line in verified.report)
    assert verified.report[0] == "fixture login of tests, scope session"
    assert verified.summary[0] == "2 tests and 1 wider fixture, 5 exchanges compared: 1 drifted, 0 failed"


@pytest.mark.parametrize(
    "instead",
    [
        pytest.param("pass", id="fewer"),
        pytest.param('client.get("/v1/items?limit=3")', id="another"),
        pytest.param('client.post("/v1/logout"); client.post("/v1/logout")', id="more"),
    ],
)
def test_the_teardown_of_a_fixture_is_held_to_its_golden(logged_in: Project, instead: str) -> None:
    """It is an error of the teardown in which the fixture ends."""
    recorded = logged_in.recorded()
    changed = recorded.edit("tests/conftest.py", '    client.post("/v1/logout")\n', f"    {instead}\n")

    replayed = changed.replay()

    assert replayed.outcomes == {"passed": 2, "errors": 1}
    assert replayed.report[0] == "fixture login of tests, scope session"
    assert changed.record().replay().outcomes == {"passed": 2}


def test_a_fixture_whose_teardown_fails_keeps_its_goldens(logged_in: Project) -> None:
    """A recording that fails destroys nothing."""
    recorded = logged_in.recorded()
    broken = recorded.edit("tests/conftest.py", '    client.post("/v1/logout")\n', "    raise RuntimeError\n")

    again = broken.record()

    assert again.outcomes == {"passed": 2, "errors": 1}
    assert again.changed == []


def test_a_parametrised_fixture_has_goldens_for_each_parameter(shop: Project) -> None:
    """They are named after it, and so are the values that it minted."""
    conftest = CONFTEST.replace(
        '(scope="session")\ndef login(client)', '(scope="session", params=["ann", "bob"])\ndef login(client, request)'
    )
    project = without_cookie(shop).add("tests/conftest.py", conftest.replace('"ann"}', "request.param}"))
    story = "def test_look(client, login):\n    client.get('/v1/items?limit=1', headers=login)\n"
    recorded = project.add("tests/test_shop.py", story).record()

    assert recorded.outcomes == {"passed": 2}, recorded.output
    assert "snapshots/@login[bob].json" in recorded.goldens
    assert "[redacted-login-bob-1]" in recorded.golden("snapshots/test_shop/test_look[bob].json")
    assert (recorded.replay().outcomes, recorded.record().changed) == ({"passed": 2}, [])


def test_an_async_client_once_a_session(shop: Project) -> None:
    """With an event loop of the session."""
    conftest = """
    import httpx, pytest, pytest_asyncio, service

    @pytest_asyncio.fixture(scope="session", loop_scope="session")
    async def client(goldtape):
        transport = httpx.MockTransport(service.answer_late)
        async with httpx.AsyncClient(base_url=goldtape.url("shop"), transport=transport) as client:
            yield client

    @pytest_asyncio.fixture(scope="session", loop_scope="session")
    async def login(client):
        answer = await client.post("/v1/login", json={"user": "ann"})
        yield {"Authorization": "Bearer " + answer.json()["token"]}
        await client.post("/v1/logout")
    """
    story = """
    import pytest

    @pytest.mark.asyncio(loop_scope="session")
    async def test_look(client, login):
        await client.get("/v1/items?limit=1", headers=login)
    """
    project = without_cookie(shop).add("tests/conftest.py", conftest)
    recorded = project.add("tests/test_shop.py", story).record()

    assert recorded.outcomes == {"passed": 1}, recorded.output
    assert '"as": "Bearer [redacted-login-1]"' in recorded.golden("snapshots/test_shop/test_look.json")
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 1}, []), again.output


def test_a_unique_name_and_an_alias_of_a_fixture_hold_in_its_tests(shop: Project) -> None:
    """`unique`, `alias` and `race` are what most session fixtures need."""
    conftest = """
    import secrets, httpx, pytest, service

    @pytest.fixture(scope="session")
    def client(goldtape):
        with httpx.Client(base_url=goldtape.url("shop"), transport=httpx.MockTransport(service.answer)) as client:
            yield client

    @pytest.fixture(scope="session")
    def tenant(goldtape, client):
        tenant, region = goldtape.unique("tenant"), secrets.token_hex(3) if goldtape.live else "region"
        goldtape.alias(region, "region")
        client.post("/v1/carts", json={"name": tenant})
        return tenant, region
    """
    story = """
    def test_look(client, tenant):
        client.post("/v1/carts", json={"name": " ".join(tenant)})
    """
    recorded = shop.add("tests/conftest.py", conftest).add("tests/test_shop.py", story).record()

    assert recorded.outcomes == {"passed": 1}, recorded.output
    assert '"name": "tenant region"' in recorded.golden("snapshots/test_shop/test_look.json")
    for again in (recorded.replay(), recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 1}, []), again.output


def test_a_set_up_that_comes_to_something_else_the_second_time_is_refused(logged_in: Project) -> None:
    """In one recording, as by two workers that share a service: one golden cannot hold both."""
    conftest = CONFTEST.replace(
        '@pytest.fixture(scope="session")\ndef login(client):',
        'TIMES = []\n\n@pytest.fixture(scope="session", params=[1, 2], ids=["x", "x"])\ndef login(client, request):',
    ).replace('json={"user": "ann"}', 'json={"user": TIMES.append(1) or str(len(TIMES))}')

    recorded = logged_in.add("tests/conftest.py", conftest).record()

    assert recorded.exit_code == 1
    assert "it was set up twice in this recording, and came to two different goldens" in recorded.output


def test_a_tape_without_a_signature_is_refused_in_words(logged_in: Project) -> None:
    """A fixture that fetches `goldtape` itself would be heard or not, as the order of tests has it."""
    conftest = """
    import pytest

    @pytest.fixture(scope="session")
    def login(request):
        return request.getfixturevalue("goldtape").url("shop")
    """
    story = "def test_look(login): pass"

    replayed = logged_in.add("tests/conftest.py", conftest).add("tests/test_shop.py", story).replay()

    assert replayed.outcomes == {"errors": 1}
    assert "next: name `goldtape` in the signature of the test or fixture that uses it" in replayed.output
