"""The network guard: in replay nothing leaves the process; live, only the targets are reached."""

from __future__ import annotations

import pytest

from .project import Project

# Name -> how it tries to get out, and whom it asks for.
WAYS = {
    "tcp": ('tcp.connect(("192.0.2.1", 80))', "192.0.2.1:80"),
    "tcp_ex": ('tcp.connect_ex(("192.0.2.1", 80))', "192.0.2.1:80"),
    "tcp_loopback": ('socket.create_connection(("127.0.0.1", 9), timeout=1)', "the name '127.0.0.1'"),
    "udp": ('udp.sendto(b"x", ("192.0.2.1", 53))', "192.0.2.1:53"),
    "udp_message": ('udp.sendmsg([b"x"], [], 0, ("192.0.2.1", 53))', "192.0.2.1:53"),
    "udp_connect": ('udp.connect(("127.0.0.1", 53))', "127.0.0.1:53"),
    "ipv6": ('udp6.sendto(b"x", ("2001:db8::1", 53))', "2001:db8::1:53"),
    "name": ('socket.getaddrinfo("example.org", 80)', "the name 'example.org'"),
    "name_old": ('socket.gethostbyname("example.org")', "the name 'example.org'"),
    "name_of_address": ('socket.getnameinfo(("192.0.2.1", 80), 0)', "the name '192.0.2.1'"),
    "name_reverse": ('socket.gethostbyaddr("192.0.2.1")', "the name '192.0.2.1'"),
}
HEAD = """
import socket
import pytest

@pytest.fixture(autouse=True)
def sockets():
    global tcp, udp, udp6
    with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as udp6:
            yield
"""
TESTS = HEAD + "".join(
    f"\ndef test_{name}{taped}({fixture}):\n    {call}\n"
    for name, (call, _) in WAYS.items()
    for taped, fixture in (("", ""), ("_taped", "goldtape"))
)


def everywhere(project: Project) -> Project:
    """With a guard that holds for the whole run, not for tests with a tape only."""
    return project.configure(
        "[tool.goldtape.systems.shop]", '[tool.goldtape]\nguard = "all"\n\n[tool.goldtape.systems.shop]'
    )


def test_replay_blocks_tcp_udp_and_names_alike(shop: Project) -> None:
    """With a tape and without one: every way out is refused before it is taken, and the message names the peer."""
    replayed = everywhere(shop).add("tests/test_out.py", TESTS).replay()

    assert replayed.outcomes == {"failed": 2 * len(WAYS)}
    for name, (_, peer) in WAYS.items():
        for report in (replayed.reports[f"test_{name}"], replayed.reports[f"test_{name}_taped"]):
            complaint = [line[1:].strip() for line in report if line.startswith("E ")]
            assert complaint == [
                f"goldtape.live.network.NetworkBlocked: replay: no network, and {peer} was asked for",
                "next: send it through the client of a system fixture, so that its cassette can answer; "
                "a test that must have the network carries @pytest.mark.allow_network",
            ]


def test_fixtures_are_guarded_as_tests_are(shop: Project) -> None:
    """Setup and teardown have no way out either."""
    around = """
    import socket
    import pytest

    @pytest.fixture
    def early():
        socket.getaddrinfo("example.org", 80)

    @pytest.fixture
    def late():
        yield
        socket.getaddrinfo("example.org", 80)

    def test_early(early):
        pass

    def test_late(late):
        pass
    """

    replayed = everywhere(shop).add("tests/test_out.py", around).replay()

    assert replayed.outcomes == {"errors": 2, "passed": 1}
    assert replayed.output.count("NetworkBlocked: replay: no network, and the name 'example.org' was asked for") >= 2


def test_what_needs_no_network_is_not_guarded(shop: Project) -> None:
    """A socket pair, a Unix socket, a bound port and an event loop stay inside the machine's own house."""
    inside = """
    import asyncio, socket

    async def test_inside(tmp_path, monkeypatch):
        here, there = socket.socketpair()
        with here, there:
            here.sendall(b"x")
            assert there.recv(1) == b"x"
        monkeypatch.chdir(tmp_path)
        with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
            server.bind("s")
            server.listen()
            client.connect("s")
        with socket.socket() as port:
            port.bind(("127.0.0.1", 0))
        await asyncio.sleep(0)
    """

    assert shop.add("tests/test_in.py", inside).replay().outcomes == {"passed": 1}


def test_a_test_that_says_so_has_the_network(shop: Project) -> None:
    """@pytest.mark.allow_network lifts the guard for this test, and for no other."""
    marked = """
    import socket
    import pytest

    @pytest.mark.allow_network
    def test_allowed():
        # Nobody listens there, so it is the system that refuses, or the namespace without a network.
        with pytest.raises(OSError), socket.socket() as it:
            it.connect(("127.0.0.1", 1))

    def test_not_allowed():
        with socket.socket() as it:
            it.connect(("127.0.0.1", 1))
    """

    replayed = everywhere(shop).add("tests/test_out.py", marked).replay()

    assert replayed.outcomes == {"passed": 1, "failed": 1}
    assert list(replayed.reports) == ["test_not_allowed"]


@pytest.mark.parametrize("arguments", [["--live"], ["--live", "--record-mode=rewrite"]], ids=["verify", "record"])
def test_a_live_run_reaches_its_targets_and_no_other_address(shop: Project, arguments: list[str]) -> None:
    """The target's address is tried; a foreign one is refused, and the message says which are allowed."""
    out = """
    import socket
    import pytest

    def test_target():
        with pytest.raises(OSError), socket.socket() as it:
            it.connect(("127.0.0.1", 1))

    def test_foreign():
        with socket.socket() as it:
            it.connect(("192.0.2.1", 80))

    def test_foreign_name():
        socket.getaddrinfo("example.org", 80)
    """

    live = everywhere(shop).add("tests/test_out.py", out).run(*arguments)

    assert live.outcomes == {"passed": 1, "failed": 2}
    allowed = "is not a target of [tool.goldtape.systems]; only 127.0.0.1 are"
    assert f"goldtape.live.network.NetworkBlocked: live run: 192.0.2.1:80 {allowed}" in live.output
    assert f"goldtape.live.network.NetworkBlocked: live run: the name 'example.org' {allowed}" in live.output


def test_a_blocked_look_up_cannot_be_swallowed_as_a_network_error(shop: Project) -> None:
    """A client that expects OSError, and carries on without an answer, does not get one."""
    lenient = """
    import socket

    def test_lenient():
        try:
            socket.create_connection(("example.org", 80), timeout=1)
        except OSError:
            pass
    """

    assert shop.add("tests/test_out.py", lenient).replay().outcomes == {"failed": 1}


AT_ALL_TIMES = """
import socket, pytest

def reach(when):
    try:
        socket.getaddrinfo("example.org", 80)
    except RuntimeError as error:
        print(when, "refused:", str(error).splitlines()[0])
    except OSError:
        print(when, "went out")
    else:
        print(when, "went out")
"""


def test_the_guard_holds_from_the_first_conftest_to_the_last_hook(shop: Project) -> None:
    """Import, collection and the end of the session have no network either, and a socket cannot be connected early."""
    conftest = (
        AT_ALL_TIMES
        + """
reach("conftest")

def pytest_collection_modifyitems(items):
    reach("collection")

def pytest_sessionfinish():
    reach("sessionfinish")
"""
    )
    module = AT_ALL_TIMES + 'reach("import")\n\ndef test_nothing():\n    reach("test")\n'
    bare = shop.add("tests/conftest.py", conftest).add("tests/test_out.py", module)

    strict, lenient = everywhere(bare).run_apart("-s"), bare.run_apart("-s")

    moments = ["conftest", "import", "collection", "test", "sessionfinish"]
    assert told(strict, " refused:") == moments
    assert told(lenient, " went out") == moments


def told(project: Project, words: str) -> list[str]:
    """The moments of which the last command said this, in order."""
    moments = [line.partition(words)[0].split()[-1].lstrip(".") for line in project.lines if words in line]
    return [moment.removeprefix("tests/test_out.py") for moment in moments]


def test_tests_without_a_tape_keep_their_network(shop: Project) -> None:
    """Goldtape guards its own tests; the others of a repository are none of its business unless the table says so."""
    both = """
    import socket, pytest

    def test_of_somebody_else():
        with pytest.raises(OSError), socket.socket() as it:
            it.connect(("127.0.0.1", 1))

    def test_with_a_tape(goldtape):
        with socket.socket() as it:
            it.connect(("127.0.0.1", 1))
    """
    replayed = shop.add("tests/test_out.py", both).run_apart()

    assert replayed.outcomes == {"passed": 1, "failed": 1}
    assert list(replayed.reports) == ["test_with_a_tape"]


def test_a_guard_that_is_none_is_refused(shop: Project) -> None:
    """With the words that are valid."""
    refused = shop.configure(
        "[tool.goldtape.systems.shop]", '[tool.goldtape]\nguard = "al"\n\n[tool.goldtape.systems.shop]'
    )

    assert refused.replay().usage_error == ["tool.goldtape.guard is 'al'; did you mean 'all'? valid: all, tapes"]
