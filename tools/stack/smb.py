"""An SMB share for a live run: the one SMB_UNC_PATH names, or Samba's smbd on loopback while it is needed.

The server has a configuration, an account and a share of its own below a temporary folder, which goes with it. It
runs as an ordinary user, since a file mode means nothing to root. It is started again when it dies, and kept down
as long as the file that SMB_DOWN_FILE names exists: so a test can take the share away and give it back.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import TypedDict

from goldtape.live.process import END_WITH_PARENT, Missing
from stack import scratch

# Below the range from which systems give out ports for outgoing connections, so a restart finds its port free.
PORTS = range(14450, 14650)
ORDINARY_USERS = ("daemon", "games", "bin")
PASSWORD = "itpass"

START_TIMEOUT_S = 20.0
LOOK_INTERVAL_S = 0.05
FOLDERS = ("private", "state", "cache", "lock", "pid", "ncalrpc", "log", "share", "share/source", "share/archive")
# Where Debian has it; a user's PATH often leaves it out.
SBIN = "/usr/sbin:/usr/local/sbin:/sbin"

# Without "acl allow execute always", smbd that is not root refuses to look at an existing target of a rename, because
# the client opens that for execution.
CONFIGURATION = """\
[global]
    workgroup = WORKGROUP
    server role = standalone server
    security = user
    map to guest = Never
    interfaces = 127.0.0.1/8
    bind interfaces only = yes
    smb ports = {port}
    disable netbios = yes
    server min protocol = SMB2_10
    passdb backend = tdbsam:{home}/private/passdb.tdb
    private dir = {home}/private
    state directory = {home}/state
    cache directory = {home}/cache
    lock directory = {home}/lock
    pid directory = {home}/pid
    ncalrpc dir = {home}/ncalrpc
    log file = {home}/log/smbd.log
    load printers = no
    printing = bsd
    printcap name = /dev/null
    disable spoolss = yes
    unix extensions = no

[det]
    path = {home}/share
    read only = no
    force user = {user}
    create mask = 0664
    directory mask = 0775
    store dos attributes = no
    acl allow execute always = yes
"""


class SmbServerError(Exception):
    """smbd cannot be started here, although it is installed; the message says why."""


@dataclass(frozen=True, slots=True)
class _Server:
    """A configured server: its folder, the port it is configured for, and the user it runs as."""

    home: Path
    port: int
    user: pwd.struct_passwd

    @property
    def configuration(self) -> Path:
        return self.home / "smb.conf"

    @property
    def down_file(self) -> Path:
        return self.home / "down"


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run a server while the block runs, if the environment names no share.

    Yields:
        The variables to add: none, or SMB_UNC_PATH, SMB_ARCHIVE_SUBPATH, SMB_USERNAME, SMB_PASSWORD, SMB_PORT,
        IT_SMB_USERNAME, IT_SMB_PASSWORD; for the support API SMB_LOCAL_ROOT, the folder of the share, and
        SMB_DOWN_FILE.

    Raises:
        Missing: smbd is not installed.
        SmbServerError: smbd did not start.
    """
    if environ.get("SMB_UNC_PATH"):
        yield {}
        return
    smbd = _command("smbd")
    with scratch.folder("smb") as folder:
        server = _configured(folder)
        with _supervised(smbd, server):
            yield {
                "SMB_UNC_PATH": r"\\127.0.0.1\det\source",
                "SMB_ARCHIVE_SUBPATH": r"\\127.0.0.1\det\archive",
                "SMB_PORT": str(server.port),
                "SMB_USERNAME": server.user.pw_name,
                "SMB_PASSWORD": PASSWORD,
                "IT_SMB_USERNAME": server.user.pw_name,
                "IT_SMB_PASSWORD": PASSWORD,
                "SMB_LOCAL_ROOT": str(server.home / "share"),
                "SMB_DOWN_FILE": str(server.down_file),
            }


def _command(name: str) -> str:
    if found := shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SBIN}"):
        return found
    raise Missing(
        f"{name} is not installed: apt-get install --no-install-recommends samba (Debian, Ubuntu), or name a share: "
        "SMB_UNC_PATH, SMB_ARCHIVE_SUBPATH, SMB_USERNAME, SMB_PASSWORD, SMB_PORT, IT_SMB_USERNAME, IT_SMB_PASSWORD"
    )


def _configured(home: Path) -> _Server:
    user = _ordinary_user()
    server = _Server(home, _free_port(), user)
    for name in FOLDERS:
        (home / name).mkdir()
    configuration = CONFIGURATION.format(home=home, port=server.port, user=user.pw_name)
    server.configuration.write_text(configuration, encoding="utf-8")
    (home / "private").chmod(0o700)
    for path in (home, *home.rglob("*")):
        os.chown(path, user.pw_uid, user.pw_gid)
    _add_account(server)
    return server


def _ordinary_user() -> pwd.struct_passwd:
    """Return the user to run as: the present one, or in place of root one that every system has."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    for name in ORDINARY_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise SmbServerError(f"no ordinary user to run smbd as: none of {', '.join(ORDINARY_USERS)} exists")


def _free_port() -> int:
    # Runs that start at the same time begin at different places.
    first = os.getpid() % len(PORTS)
    for step in range(len(PORTS)):
        port = PORTS[(first + step) % len(PORTS)]
        if not _is_listening(port):
            return port
    raise SmbServerError(f"no port from {PORTS[0]} to {PORTS[-1]} is free on 127.0.0.1")


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _add_account(server: _Server) -> None:
    command = [_command("pdbedit"), "-s", str(server.configuration), "-a", "-u", server.user.pw_name, "-t"]
    done = subprocess.run(
        command, input=f"{PASSWORD}\n{PASSWORD}\n", capture_output=True, check=False, text=True, **_as_user(server)
    )
    if done.returncode:
        raise SmbServerError(f"pdbedit could not add {server.user.pw_name!r}: {(done.stderr or done.stdout).strip()}")


@contextmanager
def _supervised(smbd: str, server: _Server) -> Iterator[None]:
    """Start the server and look after it in a thread until the block ends."""
    child = _start(smbd, server)
    over = Event()
    supervisor = Thread(target=_look_after, args=(smbd, server, child, over), daemon=True)
    supervisor.start()
    try:
        yield
    finally:
        over.set()
        supervisor.join()


def _look_after(smbd: str, server: _Server, child: subprocess.Popen[bytes], over: Event) -> None:
    """Stop the server while the down file is there, start it again whenever it should run and does not."""
    while not over.wait(LOOK_INTERVAL_S):
        if server.down_file.exists():
            _kill(child)
        elif child.poll() is not None:
            _kill(child)
            child = _spawn(smbd, server)
    _kill(child)


def _start(smbd: str, server: _Server) -> subprocess.Popen[bytes]:
    child = _spawn(smbd, server)
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and child.poll() is None:
        if _is_listening(server.port):
            return child
        time.sleep(LOOK_INTERVAL_S)
    how = "hung" if child.poll() is None else f"ended with exit code {child.returncode}"
    _kill(child)
    log = server.home / "log" / "smbd.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    raise SmbServerError("\n  ".join([f"smbd {how} before it listened on port {server.port}", *lines[-8:]]))


def _spawn(smbd: str, server: _Server) -> subprocess.Popen[bytes]:
    # A session of its own, so that the processes it forks for its clients can be ended with it.
    return subprocess.Popen(
        [smbd, "-F", "--no-process-group", "-s", str(server.configuration), "-l", str(server.home / "log")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=END_WITH_PARENT,
        **_as_user(server),
    )


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the server, and whatever it has started itself, at once: nothing of its state is wanted any more."""
    with suppress(ProcessLookupError):
        # The group has the child's pid as its number, and keeps that number as long as anybody is in it.
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


class _UserArguments(TypedDict, total=False):
    user: int
    group: int
    extra_groups: list[int]


def _as_user(server: _Server) -> _UserArguments:
    """Return what makes subprocess change the user; nothing if it is the present one."""
    if os.geteuid() == server.user.pw_uid:
        return {}
    return {"user": server.user.pw_uid, "group": server.user.pw_gid, "extra_groups": []}
