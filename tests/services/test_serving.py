"""The command line that every service has: what it starts, and what it says when it starts nothing."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.environment import SettingsError
from services.serving import serve

pytestmark = [pytest.mark.live, pytest.mark.allow_network]


ROOT = Path(__file__).parents[2]
# Whatever can be started is a package or a module with a main part.
MODULES = sorted(
    ".".join(path.relative_to(ROOT / "tools").with_suffix("").parts).removesuffix(".__main__")
    for path in (ROOT / "tools" / "services").rglob("*.py")
    if "if __name__ ==" in path.read_text(encoding="utf-8")
)


def app_from(_: Mapping[str, str]) -> FastAPI:
    return FastAPI()


def test_every_service_has_this_command_line() -> None:
    """Started without a port, each one says how it is started; pyproject.toml starts nothing else."""
    serves = re.findall(r'^serve = "python -m (\S+) --port {port}"$', (ROOT / "pyproject.toml").read_text(), re.M)
    assert serves
    assert set(serves) <= set(MODULES)
    wide = os.environ | {"COLUMNS": "200"}
    started = {
        module: subprocess.Popen([sys.executable, "-m", module], env=wide, stderr=subprocess.PIPE, text=True)
        for module in MODULES
    }

    for module, child in started.items():
        _, said = child.communicate()
        assert child.returncode == 2
        assert said.splitlines() == [
            f"usage: python -m {module} [-h] (--port PORT | --fd FD)",
            f"python -m {module}: error: one of the arguments --port --fd is required",
        ]


def test_a_wrong_environment_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What the settings say is wrong is all that is printed."""

    def refuse(_: Mapping[str, str]) -> FastAPI:
        raise SettingsError("SHOP_URL is not set; it holds the address of the shop")

    assert serve("services.shop", refuse, ["--port", "0"]) == 2
    assert capsys.readouterr() == ("", "services.shop: SHOP_URL is not set; it holds the address of the shop\n")


def test_a_taken_port_starts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The port is named, and what to do about it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert serve("services.shop", app_from, ["--port", str(port)]) == 2

    assert capsys.readouterr().err == (
        f"services.shop: port {port} cannot be had: Address already in use; name another with --port\n"
    )


def test_a_service_that_does_not_start_says_why() -> None:
    """The exit code is not that of a service that was stopped."""
    nowhere = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing", "L1_LLM_BASE_URL": "http://127.0.0.1:1"}
    command = [sys.executable, "-m", "services.l1", "--port", "0"]

    done = subprocess.run(command, env=os.environ | nowhere, capture_output=True, text=True, check=False)

    assert done.returncode == 3
    assert "ConnectionRefusedError" in done.stderr


@pytest.mark.parametrize("inherited", [False, True], ids=["port", "fd"])
def test_a_service_says_where_it_is_and_stops_when_asked(inherited: bool) -> None:
    """On a port of its own or on a socket that it was given; Ctrl-C is a good end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fd = listener.fileno()
        child = subprocess.Popen(
            [sys.executable, "-m", "services.curation", *(["--fd", str(fd)] if inherited else ["--port", "0"])],
            env=os.environ | {"CURATION_STORE": "memory"},
            stderr=subprocess.PIPE,
            text=True,
            pass_fds=[fd],
        )
        assert child.stderr is not None
        name, _, url = child.stderr.readline().strip().partition(": ")
        answer = httpx.get(f"{url}/healthz", timeout=10, trust_env=False)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=10)

    assert (name, answer.json()) == ("services.curation", {"status": "ok"})
    assert (child.returncode, said) == (0, "")
