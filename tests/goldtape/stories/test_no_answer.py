"""A request that gets no answer is an exchange: recorded, replayed with the client's own error, and compared."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .project import Project

SILENT = """
import asyncio
import httpx
import pytest

@pytest.fixture
def order(shop):
    yield "order"
    with pytest.raises(httpx.ReadError):
        shop.delete("/v1/reset")

def test_silent(shop, order):
    shop.get("/v1/items?limit=1")
    with pytest.raises(httpx.ReadTimeout) as slow:
        shop.post("/v1/hangs", json={"name": "birthday"}, timeout=httpx.Timeout(9, read=0.5))
    assert slow.value.request.url.path == "/v1/hangs"
    with pytest.raises(httpx.ConnectError):
        shop.get("/v1/gone")
    shop.get("/v1/items?limit=2")

async def test_silent_together(goldtape, async_shop):
    async def ask(user):
        with pytest.raises(httpx.ReadTimeout):
            await async_shop.post("/v1/hangs", headers={"X-User": user})
    with goldtape.concurrently():
        await asyncio.gather(*map(ask, ["cid", "ann", "bob"]))
"""
CASSETTE, SNAPSHOT = "cassettes/test_shop/test_silent.yaml", "snapshots/test_shop/test_silent.json"
HANGS = "raise httpx.ReadTimeout('slow')"
SERVICE = f"""

def hang(request):
    {HANGS}

def reset(request):
    raise httpx.ReadError("reset")

def refuse(request):
    raise httpx.ConnectError("refused")

ROUTES += [("POST", "/v1/hangs", hang), ("DELETE", "/v1/reset", reset), ("GET", "/v1/gone", refuse)]
"""


@pytest.fixture
def silent(shop: Project) -> Project:
    """A shop with addresses at which nobody answers."""
    service = shop.files["service.py"].decode() + SERVICE
    return shop.add("service.py", service).add("tests/test_shop.py", SILENT)


def shown(project: Project, part: str = "exchanges") -> list[tuple[str, Any]]:
    """What the snapshot says of each exchange: the request, and its status or the lack of one."""
    exchanges = json.loads(project.golden(SNAPSHOT))[part]
    return [(one["request"], one.get("status", one.get("no-answer"))) for one in exchanges]


def test_a_request_without_an_answer_is_an_exchange_among_the_others(silent: Project) -> None:
    """In its place, in the teardown too; replay raises the error again, without the service, and no file changes."""
    recorded = silent.recorded()

    assert shown(recorded) == [
        ("GET /v1/items", 200),
        ("POST /v1/hangs", "ReadTimeout after 0.5 s"),
        ("GET /v1/gone", "ConnectError"),
        ("GET /v1/items", 200),
    ]
    assert shown(recorded, "afterwards") == [("DELETE /v1/reset", "ReadError")]
    replayed = recorded.replay()
    assert (replayed.outcomes, replayed.calls) == ({"passed": 2}, ())
    for again in (replayed, recorded.verify(), recorded.record()):
        assert (again.outcomes, again.changed) == ({"passed": 2}, [])
    assert recorded.verify().summary == ["2 tests, 8 exchanges compared: 0 drifted, 0 failed"]


def test_a_request_without_an_answer_holds_no_secret(silent: Project) -> None:
    """It is redacted as every other one, and matched all the same."""
    recorded = silent.edit("tests/test_shop.py", '"name": "birthday"', '"password": "hunter2-hunter2"').record()

    assert b"hunter2" not in b"".join(recorded.goldens.values())
    assert recorded.replay().outcomes == {"passed": 2}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            '{"name": "birthday"}', '{"name": "wedding"}', "no recorded answer for POST /v1/hangs", id="another"
        ),
        pytest.param(
            '    with pytest.raises(httpx.ConnectError):\n        shop.get("/v1/gone")\n',
            "",
            "1 of 5 recorded interactions were not played",
            id="fewer",
        ),
        pytest.param(
            "with pytest.raises(httpx.ConnectError):\n        shop",
            "if True:\n        shop",
            "httpx.ConnectError: ConnectError, as recorded",
            id="unexpected",
        ),
    ],
)
def test_replay_holds_a_test_to_its_requests_without_an_answer(
    silent: Project, old: str, new: str, complaint: str
) -> None:
    """A request that differs is unmatched, one that is not sent is unplayed, and an error that nobody expects fails."""
    recorded = silent.recorded()

    replayed = recorded.edit("tests/test_shop.py", old, new).replay("tests/test_shop.py::test_silent")

    assert replayed.exit_code != 0
    assert complaint in replayed.output


CATCHING = """
import httpx

def test_silent(shop):
    for path in ("/v1/hangs", "/v1/items?limit=1"):
        try:
            shop.request("POST" if path == "/v1/hangs" else "GET", path, timeout=TIMEOUT)
        except httpx.TransportError:
            pass
"""


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        pytest.param(
            HANGS,
            "return refused(503, 'BUSY', 'later')",
            '  breaking   1. POST /v1/hangs   status   expected "no answer: ReadTimeout after 2 s", got 503',
            id="answers-now",
        ),
        pytest.param(
            'number = int(request.url.params["limit"])',
            HANGS,
            '  breaking   2. GET /v1/items?limit=1   status   expected 200, got "no answer: ReadTimeout after 2 s"',
            id="answers-no-more",
        ),
        pytest.param(
            HANGS,
            "raise httpx.ConnectError('refused')",
            '  breaking   1. POST /v1/hangs   no-answer   expected "ReadTimeout after 2 s", got "ConnectError"',
            id="another-error",
        ),
    ],
)
def test_verify_tells_of_another_outcome_in_one_line(silent: Project, old: str, new: str, told: str) -> None:
    """Whatever the fields of the answer are."""
    recorded = silent.add("tests/test_shop.py", CATCHING.replace("TIMEOUT", "2")).recorded()

    verified = recorded.change_service(old, new).verify()

    assert verified.outcomes == {"failed": 1}
    assert verified.report[:2] == ["1 difference from the snapshot, 1 breaking", told]
    assert verified.changed == []


def test_verify_tells_of_a_teardown_that_is_answered_now(silent: Project) -> None:
    """As of the other exchanges."""
    answering = silent.recorded().change_service('raise httpx.ReadError("reset")', "return httpx.Response(204)")

    verified = answering.edit("tests/test_shop.py", "with pytest.raises(httpx.ReadError)", "if True").verify()

    assert '  breaking   afterwards 1. DELETE /v1/reset   status   expected "no answer: ReadError", got 204' in (
        verified.lines
    )


def test_another_limit_is_no_news_of_the_service(silent: Project) -> None:
    """The test has set it, so the difference breaks no client."""
    recorded = silent.add("tests/test_shop.py", CATCHING.replace("TIMEOUT", "2")).recorded()

    verified = recorded.add("tests/test_shop.py", CATCHING.replace("TIMEOUT", "3")).verify()

    assert verified.report[:2] == [
        "1 difference from the snapshot, 0 breaking",
        '  changed   1. POST /v1/hangs   no-answer   expected "ReadTimeout after 2 s", got "ReadTimeout after 3 s"',
    ]


def test_attempts_that_got_no_answer_are_not_kept(silent: Project) -> None:
    """A probe repeats until it is content; the goldens hold the last attempt only."""
    story = """
    import httpx

    async def test_silent(goldtape, async_shop):
        paths = iter(["/v1/gone", "/v1/gone", "/v1/items?limit=1"]) if goldtape.live else iter(["/v1/items?limit=1"])

        async def ask():
            try:
                return (await async_shop.get(next(paths))).status_code
            except httpx.ConnectError:
                return None

        assert await goldtape.eventually(ask, lambda status: status == 200, every_s=0.001) == 200
    """
    recorded = silent.add("tests/test_shop.py", story).record()

    assert recorded.outcomes == {"passed": 1}
    assert shown(recorded) == [("GET /v1/items", 200)]
    assert recorded.replay().outcomes == {"passed": 1}


def test_a_test_that_fails_for_want_of_an_answer_is_not_recorded(silent: Project) -> None:
    """Only a test that expects the error has it in its goldens."""
    story = "def test_silent(shop):\n    shop.get('/v1/gone')\n"

    recorded = silent.add("tests/test_shop.py", story).record()

    assert recorded.outcomes == {"failed": 1}
    assert recorded.changed == []
    assert recorded.report[0].startswith("refused: shop does not answer any more: GET http://127.0.0.1:9/healthz: ")


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param("await asyncio.wait_for(async_shop.get('/v1/late'), 0.01)", id="cancelled"),
        pytest.param("goldtape.left = asyncio.ensure_future(async_shop.get('/v1/late'))", id="on-its-way"),
        pytest.param("await async_shop.get('/v1/bug')", id="no-error-of-the-client"),
    ],
)
def test_a_request_that_came_to_nothing_is_not_recorded(shop: Project, sent: str) -> None:
    """What a test cancels, leaves on its way, or stops by an error of its own is another thing in the next run."""
    story = f"""
    import asyncio, pytest

    async def test_silent(goldtape, async_shop):
        try:
            {sent}
        except (TimeoutError, ZeroDivisionError):
            pass
        await asyncio.sleep(0.02)
    """
    late = "    if request.url.path == '/v1/late':\n        await asyncio.sleep(2)\n"
    bug = "    if request.url.path == '/v1/bug':\n        1 / 0\n"
    begin = "    await asyncio.sleep(random.random() / 100)\n"
    broken = shop.change_service(begin, late + bug + begin)

    recorded = broken.add("tests/test_shop.py", story).record()

    assert recorded.exit_code != 0
    assert recorded.changed == []
    assert recorded.report[0] == (
        "1 request(s) of tests/test_shop.py::test_silent got neither a response nor an error of the client:"
    )
