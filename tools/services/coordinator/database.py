"""PostgreSQL: a pool, the schema, and one exception for every way in which a connection can be lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[Any]"

SCHEMA = Path(__file__).with_name("schema.sql")
APPLICATION_NAME = "coordinator"
STATEMENT_TIMEOUT_S = 15.0

# Any number does, as long as nobody else takes it: these keep two processes from doing one thing at once.
SCHEMA_LOCK = 0x636F6F01
ARCHIVE_LOCK = 0x636F6F02

_LOST = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)


class DatabaseLost(Exception):
    """The server went away or cannot be reached; nothing of the transaction is kept."""

    def __init__(self) -> None:
        # One text for all ways to lose it: which one it was depends on where the call was at that moment.
        super().__init__("the database cannot be reached")


class Database:
    """A pool of connections that heals by itself after the server was away."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool

    @classmethod
    async def open(cls, url: str, application_name: str = APPLICATION_NAME) -> Database:
        """Connect, and create the table when it is missing.

        Raises:
            DatabaseLost: there is no server.
        """
        with naming_loss():
            pool = await asyncpg.create_pool(
                url,
                min_size=0,
                max_size=5,
                command_timeout=STATEMENT_TIMEOUT_S,
                # A commit that a crash could lose would be a file submitted twice, whatever the server is tuned for.
                server_settings={"application_name": application_name, "synchronous_commit": "on"},
            )
        database = cls(pool)
        async with database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", SCHEMA_LOCK)
            await connection.execute(SCHEMA.read_text(encoding="utf-8"))
        return database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Commit at the end of the block; an exception in it takes back all that was done.

        Raises:
            DatabaseLost: before, in or after the block.
        """
        with naming_loss():
            async with self._pool.acquire() as connection, connection.transaction():
                yield connection

    async def close(self) -> None:
        await self._pool.close()


@contextmanager
def naming_loss() -> Iterator[None]:
    """Turn every way to lose the server into DatabaseLost."""
    try:
        yield
    except _LOST as error:
        raise DatabaseLost from error
