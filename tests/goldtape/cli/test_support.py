"""`goldtape support`: a system's support API beside a deployment."""

from __future__ import annotations

import signal

import httpx
import pytest

from goldtape.live.process import free_port

from ..stories.project import Project
from .command import Command, Outcome
from .process import interrupt, started, with_service


def test_a_system_without_a_support_api_is_wrong_use(shop: Project, command: Command) -> None:
    """The message lists the systems that have one."""
    assert command(shop, "support", "shop") == Outcome(2, [], ["no support API of 'shop'; systems that have one: none"])
    assert command(with_service(shop), "support", "shopp") == Outcome(
        2, [], ["no support API of 'shopp'; systems that have one: shop"]
    )


def test_a_support_api_that_cannot_be_started_is_wrong_use(shop: Project, command: Command) -> None:
    """Its table lacks `serve`."""
    project = with_service(shop).configure('serve = "python service.py support {port}"\n', "")

    assert command(project, "support", "shop") == Outcome(
        2,
        [],
        [
            "shop-support has no address: SHOP_SUPPORT_URL is not set, and no `serve` command is configured",
            "next: set SHOP_SUPPORT_URL to a deployment, or `serve` in the system's table in pyproject.toml",
        ],
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        pytest.param([], "the following arguments are required: system", id="no-system"),
        pytest.param(["shop", "--port", "http"], "argument --port: invalid int value: 'http'", id="no-port"),
    ],
)
def test_what_it_cannot_take_is_named(shop: Project, command: Command, words: list[str], complaint: str) -> None:
    """A system, and a number for its port."""
    assert command(shop, "support", *words) == Outcome(
        2, [], ["usage: goldtape support [-h] [--port PORT] system", f"goldtape support: error: {complaint}"]
    )


@pytest.mark.live
@pytest.mark.allow_network
def test_nothing_runs_but_the_support_api(shop: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """It finds the deployment's variables in its environment; the service itself is somebody else's."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://staging.test/shop")
    project, port = with_service(shop), free_port()

    with started(project, "support", "shop", "--port", str(port)) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == f"SHOP_SUPPORT_URL=http://127.0.0.1:{port}\n"
        assert process.stderr.readline() == "Ctrl-C stops it\n"
        answer = httpx.get(f"http://127.0.0.1:{port}/rows", trust_env=False).text
        assert answer == "support of postgresql://staging.test/shop"

        assert interrupt(process, signal.SIGINT) == Outcome(0, [], ["stopped"])

    assert project.found().golden("stopped.txt") == "support\n"
