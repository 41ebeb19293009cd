"""The table of events: claiming a file, recording how it ended, finding what may be archived.

Rows of a file are ordered by created_at, then id.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.coordinator.database import ARCHIVE_LOCK, Connection, Database
from services.coordinator.ids import RowIds, new_correlation_id, now
from services.coordinator.status import ARCHIVABLE, Failure, Status

CLAIMED = "claimed"
SUCCEEDED = "SUCCESS"
ARCHIVED = "archive succeeded"

_COLUMNS = "id, file_name, base_name, content_md5, status, instance_id, message, correlation_id, created_at"
_INSERT = f"INSERT INTO coordinator_control ({_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
_CLAIM = f"""
    {_INSERT}
    ON CONFLICT (base_name, content_md5) WHERE status = 'processing' DO NOTHING
    RETURNING id
"""
# Compared byte by byte, which in UTF-8 is Python's order: what is newest must be the same in both.
_NEWER = """
    SELECT EXISTS (
        SELECT 1 FROM coordinator_control
        WHERE base_name = $2 AND starts_with(file_name, $3) AND file_name COLLATE "C" > $1 COLLATE "C"
    )
"""
_ARCHIVABLE = """
    SELECT file_name, base_name, content_md5, correlation_id
    FROM (
        SELECT DISTINCT ON (file_name, content_md5) *
        FROM coordinator_control
        ORDER BY file_name, content_md5, created_at DESC, id DESC
    ) AS latest
    WHERE status = ANY($1::text[])
      AND NOT EXISTS (
        SELECT 1 FROM coordinator_control AS moved
        WHERE moved.file_name = latest.file_name
          AND moved.content_md5 = latest.content_md5
          AND moved.status = 'archive_succeeded'
      )
    ORDER BY created_at, id
    LIMIT $2
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """What the rows of one file have in common."""

    file_name: str
    base_name: str
    content_md5: str
    correlation_id: str


@dataclass(frozen=True, slots=True)
class Ended:
    """How a claimed file ended, and the id of the row that says so."""

    status: Status
    row_id: str


class ControlRows:
    """The table coordinator_control; every method raises DatabaseLost when the server is away."""

    INSERT = _INSERT

    def __init__(self, database: Database, instance_id: str) -> None:
        self._database = database
        self._instance_id = instance_id
        self._ids = RowIds()

    async def has_newer(self, file_name: str, base_name: str) -> bool:
        """Tell whether a newer version of a file has been claimed: this one stayed behind when that one left."""
        folder = file_name[: file_name.rindex("\\") + 1]
        async with self._database.transaction() as connection:
            found: bool = await connection.fetchval(_NEWER, file_name, base_name, folder)
            return found

    @asynccontextmanager
    async def claim(self, file_name: str, base_name: str, content_md5: str) -> AsyncIterator[Claim | None]:
        """Claim a file for the block, which is one transaction: an exception in it takes the claim back.

        Yields:
            The claim, or None if the same content under the same base name has been claimed before. While
            another run holds a claim that is not committed yet, this waits for how that ends.
        """
        subject = Subject(file_name, base_name, content_md5, new_correlation_id())
        async with self._database.transaction() as connection:
            won = await self.insert_claim(connection, subject)
            yield Claim(self, connection, subject) if won else None

    async def insert_claim(self, connection: Connection, subject: Subject) -> bool:
        """Add the row of a claim, unless there is one of the same content; return whether it was added."""
        won = await connection.fetchval(_CLAIM, *self.values(subject, Status.PROCESSING, CLAIMED))
        return won is not None

    @asynccontextmanager
    async def archiving(self, batch_size: int) -> AsyncIterator[Archiving]:
        """Hold the one right to archive, over all processes, for the block, which is one transaction."""
        async with self._database.transaction() as connection:
            await connection.execute("SELECT pg_advisory_xact_lock($1)", ARCHIVE_LOCK)
            found = await connection.fetch(_ARCHIVABLE, list(ARCHIVABLE), batch_size)
            yield Archiving(self, connection, [Subject(*row.values()) for row in found])

    async def add(self, connection: Connection, subject: Subject, status: Status, message: str) -> str:
        """Add a row within the caller's transaction and return its id."""
        values = self.values(subject, status, message)
        await connection.execute(self.INSERT, *values)
        return str(values[0])

    def values(self, subject: Subject, status: str, message: str) -> tuple[object, ...]:
        """Make the values of a row, which get an id and a time of their own."""
        return (
            self._ids.new(),
            subject.file_name,
            subject.base_name,
            subject.content_md5,
            str(status),
            self._instance_id,
            # PostgreSQL cannot store a NUL in text, and an answer from elsewhere may have one.
            message.replace("\0", ""),
            subject.correlation_id,
            now(),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """A file that this run alone may process; its rows become visible at the end of the transaction."""

    rows: ControlRows
    connection: Connection
    subject: Subject

    async def check_alive(self) -> None:
        """Ask the server whether the transaction still stands; DatabaseLost if not."""
        await self.connection.execute("SELECT 1")

    async def end(self, failure: Failure | None) -> Ended:
        """Record the failure, or success without one."""
        status, message = (failure.status, failure.message) if failure else (Status.SUCCESS, SUCCEEDED)
        return Ended(status, await self.rows.add(self.connection, self.subject, status, message))


@dataclass(frozen=True, slots=True)
class Archiving:
    """Files whose life in the source is over, oldest event first."""

    rows: ControlRows
    connection: Connection
    subjects: Sequence[Subject]

    async def record(self, moved: Sequence[Subject]) -> None:
        """Add the row of each file that has been moved."""
        for subject in moved:
            await self.rows.add(self.connection, subject, Status.ARCHIVE_SUCCEEDED, ARCHIVED)
