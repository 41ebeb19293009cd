"""What the network guard does not stop: C libraries with sockets of their own. A namespace without a network does.

Only in a live run (`pytest --live`): the stories listen on the loopback interface, and one makes a namespace.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from .outside import need
from .project import Project
from .test_network import everywhere

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

# Each tries to reach the port that the environment names; what it comes to is for the listener to say.
OUT = """
import os
import socket

import pytest

ADDRESS, PORT = "127.0.0.1", int(os.environ["LISTENER"])

def test_socket():
    with socket.socket() as it:
        it.connect((ADDRESS, PORT))

def test_librdkafka(goldtape):
    from confluent_kafka import KafkaException
    from confluent_kafka.admin import AdminClient
    with pytest.raises(KafkaException):
        AdminClient({"bootstrap.servers": f"{ADDRESS}:{PORT}", "log_level": 0}).list_topics(timeout=2)

def test_psycopg(goldtape):
    import psycopg
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(f"host={ADDRESS} port={PORT} dbname=none user=nobody connect_timeout=2")

def test_psycopg_by_name(goldtape):
    import psycopg
    psycopg.connect(f"host=localhost port={PORT} dbname=none user=nobody connect_timeout=2")
"""


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port on the loopback interface, and the first bytes of each connection to it."""
    heard: list[bytes] = []

    def accept() -> None:
        while True:
            peer, _ = server.accept()
            with peer:
                heard.append(peer.recv(1024))
                if not heard[-1]:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            with socket.create_connection(server.getsockname()):
                pass  # nothing said: this is the end
            thread.join()


def tried(project: Project, test: str, *before: str) -> tuple[str, list[bytes]]:
    """What a replay of one test of OUT shows, with a command before it, and what the listener heard."""
    project.add("tests/test_out.py", OUT).write()
    with listening() as (port, heard):
        command = [*before, sys.executable, "-m", "pytest", "-q", f"tests/test_out.py::{test}"]
        ran = subprocess.run(
            command,
            cwd=project.path,
            env=os.environ | {"LISTENER": str(port)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        said = [*heard]
    return ran.stdout + ran.stderr, said


@pytest.fixture
def guarded(shop: Project, pytestconfig: pytest.Config) -> Project:
    """A project whose whole run is guarded."""
    need(pytestconfig, "confluent_kafka", "psycopg_binary")
    return everywhere(shop)


@pytest.fixture
def without_a_network() -> list[str]:
    """The beginning of a command that runs in a namespace whose loopback interface is down too."""
    unshare = shutil.which("unshare")
    assert unshare, "unshare is part of util-linux, which every Linux has"
    return [unshare, *([] if os.geteuid() == 0 else ["--user", "--map-root-user"]), "--net", "--"]


@pytest.mark.parametrize(
    ("test", "peer"), [("test_socket", "127.0.0.1:"), ("test_psycopg_by_name", "the name 'localhost'")]
)
def test_the_guard_stops_what_goes_through_python(guarded: Project, test: str, peer: str) -> None:
    """The measure for the others: nothing is heard, and the message says what was refused."""
    shown, heard = tried(guarded, test)

    assert f"NetworkBlocked: replay: no network, and {peer}" in shown
    assert heard == []


LIBRARIES = pytest.mark.parametrize("test", ["test_librdkafka", "test_psycopg"])


@LIBRARIES
def test_a_library_with_sockets_of_its_own_gets_past_the_guard(guarded: Project, test: str) -> None:
    """As the README says: somebody hears it, although the whole run is guarded."""
    shown, heard = tried(guarded, test)

    assert "1 passed" in shown, shown
    assert heard
    assert all(heard)


@LIBRARIES
def test_in_a_namespace_it_reaches_nobody(guarded: Project, test: str, without_a_network: list[str]) -> None:
    """So `.ci/run` replays everything in one."""
    shown, heard = tried(guarded, test, *without_a_network)

    assert "1 passed" in shown, shown
    assert heard == []
