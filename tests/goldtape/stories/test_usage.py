"""Wrong use is refused before the first test runs, in words that say what to type instead."""

from __future__ import annotations

import pytest

from .project import Project

ASK = """
def test_ask(shop):
    shop.get("/v1/items?limit=1")
"""
BARE = """
[tool.pytest.ini_options]
asyncio_default_fixture_loop_scope = "function"
addopts = "-p no:cacheprovider"
"""
NEXT = "next: pytest --live --record-mode=rewrite"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        pytest.param(
            ["--record-mode=rewrite"],
            ["--record-mode=rewrite needs --live (or GOLDTAPE_LIVE=1): recording talks to running services", NEXT],
            id="rewrite-without-live",
        ),
        *(
            pytest.param(
                [*live, f"--record-mode={mode}"],
                [
                    f"--record-mode={mode}: goldtape knows `rewrite` only, because a cassette half old and half new "
                    "proves nothing",
                    NEXT,
                ],
                id=mode,
            )
            for mode, live in (("all", []), ("once", ["--live"]), ("new_episodes", ["--live"]))
        ),
        *(
            pytest.param(
                [option], ["snapshots come out of a recording, not out of a replay", NEXT], id=option.lstrip("-")
            )
            for option in ("--snapshot-update", "--snapshot-update-new-only")
        ),
    ],
)
def test_a_mode_that_goldtape_does_not_know_is_refused(
    shop: Project, arguments: list[str], complaint: list[str]
) -> None:
    """The message repeats what was typed, says why not, and gives the command."""
    recorded = shop.add("tests/test_shop.py", ASK).recorded()

    refused = recorded.run(*arguments)

    assert refused.usage_error == complaint
    assert refused.changed == []
    assert refused.calls == ()


@pytest.mark.parametrize("value", ["1", "YES"])
def test_the_environment_can_ask_for_a_live_run(shop: Project, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """GOLDTAPE_LIVE=1 is --live."""
    recorded = shop.add("tests/test_shop.py", ASK).recorded()
    monkeypatch.setenv("GOLDTAPE_LIVE", value)

    verified = recorded.run()
    again = recorded.run("--record-mode=rewrite")

    assert verified.header.startswith("goldtape: verify ")
    assert again.header.startswith("goldtape: record ")
    assert verified.calls == again.calls == ("GET /v1/items",)


@pytest.mark.parametrize("value", ["", "0"])
def test_the_environment_can_ask_for_no_live_run(shop: Project, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """GOLDTAPE_LIVE=0 is what nothing is."""
    monkeypatch.setenv("GOLDTAPE_LIVE", value)

    assert shop.add("tests/test_shop.py", ASK).run().header.startswith("goldtape: replay ")


def test_record_mode_none_is_a_replay(shop: Project) -> None:
    """pytest-recording's own word for it is understood."""
    recorded = shop.add("tests/test_shop.py", ASK).recorded()

    assert recorded.run("--record-mode=none").outcomes == {"passed": 1}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        pytest.param(
            'actor = "X-User"',
            'acter = "X-User"',
            "[tool.goldtape.systems.shop] has an unknown key 'acter'; did you mean 'actor'? valid: actor, environ, "
            "host, opaque, public, ready, request-headers, response-headers, secrets, serve, stack, support, "
            "url-env, volatile",
            id="unknown-key",
        ),
        pytest.param(
            'actor = "X-User"', "actor = 7", "tool.goldtape.systems.shop.actor is 7; expected str", id="wrong-type"
        ),
        pytest.param(
            'host = "http://shop.test"',
            'host = "shop.test"',
            "tool.goldtape.systems.shop.host is 'shop.test'; expected scheme and host only, like 'http://shop.test'",
            id="host-without-scheme",
        ),
        pytest.param(
            'actor = "X-User"',
            'volatile = [{path = "id", as = "uid", why = "minted"}]',
            "tool.goldtape.systems.shop.volatile: as = 'uid'; did you mean 'uuid'? "
            "valid: constant, etag, in 1h, instant, token, uuid",
            id="unknown-class",
        ),
        pytest.param(
            'actor = "X-User"',
            'volatile = [{path = "id", as = "uuid"}]',
            "a row of tool.goldtape.systems.shop.volatile lacks why: {'path': 'id', 'as': 'uuid'}",
            id="rule-without-a-reason",
        ),
        pytest.param(
            "[tool.goldtape.systems.shop]",
            "[tool.goldtape]\nbody-limits = 3\n[tool.goldtape.systems.shop]",
            "[tool.goldtape] has an unknown key 'body-limits'; did you mean 'body-limit'? "
            "valid: body-limit, cassettes, guard, max-age-days, snapshots, systems, tests",
            id="unknown-key-above",
        ),
    ],
)
def test_a_bad_table_is_refused_with_key_value_and_nearest(shop: Project, old: str, new: str, complaint: str) -> None:
    """[tool.goldtape] is read whole before anything runs."""
    refused = shop.add("tests/test_shop.py", ASK).configure(old, new).replay()

    assert refused.usage_error == [complaint]


def test_two_tests_that_would_share_a_file_are_refused(shop: Project) -> None:
    """File systems may fold case: names that differ in it alone are no two names."""
    twins = """
    def test_ask(shop):
        shop.get("/v1/items?limit=1")

    def test_Ask(shop):
        shop.get("/v1/items?limit=2")
    """

    refused = shop.add("tests/test_shop.py", twins).record()

    assert refused.usage_error == [
        "two tests would share the goldens test_shop/test_Ask",
        "  tests/test_shop.py::test_ask",
        "  tests/test_shop.py::test_Ask",
        "next: give one of them another name (file systems may fold case)",
    ]
    assert refused.changed == []


def test_an_unknown_system_is_an_error_with_the_nearest_name(shop: Project) -> None:
    """`goldtape.url("shopp")` says which systems there are, in every mode."""
    misspelt = """
    def test_ask(goldtape):
        goldtape.url("shopp")
    """
    project = shop.add("tests/test_shop.py", misspelt)

    for run in (project.replay(), project.verify(), project.record()):
        assert run.outcomes == {"failed": 1}
        assert (
            run.complaint[-1]
            .strip("'\"")
            .startswith("KeyError: \"no system 'shopp' in [tool.goldtape.systems]; did you mean 'shop'? valid: shop")
        )


def test_the_fixture_without_a_table_says_what_is_missing(shop: Project) -> None:
    """A test that asks for a tape in a project without [tool.goldtape] is told so."""
    bare = shop.add("pyproject.toml", BARE).add("tests/conftest.py", "")

    run = bare.add("tests/test_shop.py", "def test_ask(goldtape):\n    pass\n").run()

    assert run.outcomes == {"errors": 1}
    assert "the goldtape fixture needs a [tool.goldtape] table in pyproject.toml" in run.output


def test_without_a_table_the_plugin_is_silent(shop: Project) -> None:
    """Installed beside a project that does not use it, it changes nothing: no line, no file, no guard, no refusal."""
    foreign = """
    import socket

    def test_own_snapshot_and_network(snapshot):
        with socket.socket() as it, socket.socket() as other:
            assert it.connect_ex(("127.0.0.1", 1)) is not None
        assert {"a": 1} == snapshot
    """
    bare = shop.add("pyproject.toml", BARE)
    project = bare.add("tests/conftest.py", "").add("tests/test_own.py", foreign)

    updated = project.run_apart("--snapshot-update")

    assert updated.outcomes == {"passed": 1}
    assert updated.changed == ["tests/__snapshots__/test_own.ambr"]
    assert not any("goldtape" in line for line in updated.lines if not line.startswith(("plugins:", "rootdir:")))
    assert updated.run_apart().outcomes == {"passed": 1}


def test_the_plugins_below_may_be_switched_off(shop: Project) -> None:
    """Without pytest-recording replay works; without syrupy pytest says which fixture is missing."""
    recorded = shop.add("tests/test_shop.py", "def test_ask(shop):\n    shop.get('/v1/items?limit=1')\n").record()

    assert recorded.replay("-p", "no:recording").outcomes == {"passed": 1}
    assert "fixture 'snapshot' not found" in recorded.replay("-p", "no:syrupy").output


LACKING = """
from goldtape.live.process import Missing

def running(environ):
    raise Missing("smbd is not installed: apt-get install samba")
"""


@pytest.fixture
def lacking(shop: Project) -> Project:
    """A project whose system stands on something that is not installed, with a test that needs no system."""
    served = 'url-env = "NOWHERE_URL"\nserve = "python -c pass"\nstack = ["lacking:running"]'
    tests = ASK + ASK.replace("test_ask", "test_again") + "\ndef test_other():\n    pass\n"
    return shop.add("tests/test_shop.py", tests).add("lacking.py", LACKING).configure('url-env = "SHOP_URL"', served)


@pytest.mark.parametrize("arguments", [["--live"], ["--live", "--record-mode=rewrite"]])
def test_a_system_that_cannot_be_started_here_skips_its_tests_in_one_line(
    lacking: Project, arguments: list[str]
) -> None:
    """The line says what is missing and how to get it; other tests run."""
    live = lacking.run(*arguments)

    assert live.outcomes == {"passed": 1, "skipped": 2}
    assert live.summary == [
        "2 tests skipped: shop cannot be started here: smbd is not installed: apt-get install samba"
    ]
    assert live.changed == []


def test_a_run_with_workers_counts_the_skipped_tests_of_all_of_them(lacking: Project) -> None:
    """The workers skip, the run reports."""
    live = lacking.run_apart("--live", "-n", "2")

    assert live.summary == [
        "2 tests skipped: shop cannot be started here: smbd is not installed: apt-get install samba"
    ]


@pytest.mark.parametrize("how", ["option", "environment"])
def test_a_run_that_requires_its_systems_fails_instead(
    lacking: Project, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """For CI, where a skipped test is a hole."""
    if how == "environment":
        monkeypatch.setenv("GOLDTAPE_LIVE", "require")

    live = lacking.run(*(["--live=require"] if how == "option" else []))

    assert live.outcomes == {"passed": 1, "errors": 2}
    for report in live.reports.values():
        assert report == ["shop cannot be started here: smbd is not installed: apt-get install samba"]


def test_live_takes_no_path_for_its_value(lacking: Project) -> None:
    """`pytest --live tests/x` runs tests/x, and a value that nobody knows is refused."""
    assert lacking.run("--live", "tests/test_shop.py::test_other").outcomes == {"passed": 1}
    assert lacking.run("--live=require", "tests/test_shop.py::test_other").outcomes == {"passed": 1}
    assert "--live" in lacking.run("--live=yes").usage_error[1]
