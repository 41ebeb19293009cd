"""`goldtape up`: a system's local service by hand, and the variables that point tests at it."""

from __future__ import annotations

import signal
import socket

import httpx
import pytest

from goldtape.live.process import free_port

from ..stories.project import Project
from .command import Command, Outcome
from .process import ended, interrupt, started, with_service


def test_an_unknown_system_is_wrong_use(shop: Project, command: Command) -> None:
    """The message lists the systems there are."""
    assert command(shop, "up", "shopp") == Outcome(2, [], ["no system 'shopp'; valid: shop"])
    empty = shop.add("pyproject.toml", "[tool.goldtape]\n")
    assert command(empty, "up", "shop") == Outcome(2, [], ["no system 'shop'; valid: none"])


def test_a_system_that_has_no_local_service_is_wrong_use(
    shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The variable and the key that are missing."""
    monkeypatch.delenv("SHOP_URL")

    assert command(shop, "up", "shop") == Outcome(
        2,
        [],
        [
            "shop has no address: SHOP_URL is not set, and no `serve` command is configured",
            "next: set SHOP_URL to a deployment, or `serve` in the system's table in pyproject.toml",
        ],
    )


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        pytest.param(
            {"SHOP_URL": "https://shop.staging.test"},
            "shop: SHOP_URL names a deployment, but SHOP_SUPPORT_URL is not set, and what would be started here stands "
            "on other data\nnext: run the support API beside the deployment (goldtape support shop) "
            "and set SHOP_SUPPORT_URL",
            id="half-named",
        ),
        pytest.param(
            {"SHOP_URL": "staging:8080", "SHOP_SUPPORT_URL": "http://127.0.0.1:8081"},
            "shop: SHOP_URL=staging:8080 is no address\n"
            "next: SHOP_URL=http://host:port, or unset it to have a local service started",
            id="no-address",
        ),
        pytest.param(
            {"SHOP_DEPOT": "closed"},
            "shop: depot:running did not start: the depot is closed",
            id="stack",
        ),
    ],
)
def test_an_environment_in_which_it_cannot_run_is_wrong_use(
    shop: Project, command: Command, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], complaint: str
) -> None:
    """Nothing is started: a deployment that is named in part, or not by an address, or a stack that fails."""
    monkeypatch.delenv("SHOP_URL")
    monkeypatch.syspath_prepend(shop.path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    assert command(with_service(shop), "up", "shop") == Outcome(2, [], complaint.splitlines())


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param([], "the following arguments are required: system", id="no-system"),
        pytest.param(["shop", "--port", "http"], "argument --port: invalid int value: 'http'", id="no-port"),
    ],
)
def test_what_it_cannot_take_is_named(shop: Project, command: Command, words: list[str], complaint: str) -> None:
    """A system, and a number for its port."""
    assert command(shop, "up", *words) == Outcome(
        2, [], ["usage: goldtape up [-h] [--port PORT] system", f"goldtape up: error: {complaint}"]
    )


@pytest.mark.live
@pytest.mark.allow_network
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "supervisor"])
def test_the_service_and_its_support_api_run_until_the_command_is_stopped(
    shop: Project, monkeypatch: pytest.MonkeyPatch, by: signal.Signals
) -> None:
    """A line for each address on stdout; Ctrl-C, or what a supervisor sends, stops all in good order; exit code 0."""
    monkeypatch.delenv("SHOP_URL")
    project, port = with_service(shop), free_port()

    with started(project, "up", "shop", "--port", str(port)) as process:
        assert process.stdout
        assert process.stderr
        named = dict(process.stdout.readline().rstrip().partition("=")[::2] for _ in range(2))
        assert list(named) == ["SHOP_URL", "SHOP_SUPPORT_URL"]
        assert named["SHOP_URL"] == f"http://127.0.0.1:{port}"
        assert process.stderr.readline() == "Ctrl-C stops it\n"
        answers = [httpx.get(url, trust_env=False).text for url in named.values()]
        assert answers == [f"{name} of postgresql://depot.test/shop" for name in ("shop", "support")]

        assert interrupt(process, by) == Outcome(0, [], ["stopped"])

    assert project.found().golden("stopped.txt") == "support\nshop\ndepot\n"
    for url in named.values():
        with pytest.raises(httpx.ConnectError):
            httpx.get(url, trust_env=False)


@pytest.mark.live
@pytest.mark.allow_network
def test_a_service_that_does_not_start_is_exit_code_2(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that is taken: the command that was tried, the end of what it printed, the way out."""
    monkeypatch.delenv("SHOP_URL")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

        with started(with_service(shop), "up", "shop", "--port", str(port)) as process:
            refused = ended(process)

    assert (refused.code, refused.out) == (2, [])
    assert refused.err[0] == "shop: the local service did not start: it ended with exit code 1"
    assert refused.err[1].endswith(f" service.py shop {port}")
    assert refused.err[-2].startswith("  | OSError: ")
    assert refused.err[-1] == "next: mend the service, or name a running one: SHOP_URL=http://host:port pytest --live"
