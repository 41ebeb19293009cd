"""The table written in other ways that the plan allows: one row a file, or more rows than there need be."""

from __future__ import annotations

from services.coordinator.database import Connection
from services.coordinator.rows import CLAIMED, ControlRows, Subject
from services.coordinator.status import Status

_OTHERS = "SELECT EXISTS (SELECT 1 FROM coordinator_control WHERE base_name = $1 AND content_md5 = $2 AND id <> $3)"
_LATEST = """
    UPDATE coordinator_control SET status = $3, message = $4 WHERE id = (
        SELECT id FROM coordinator_control WHERE file_name = $1 AND content_md5 = $2
        ORDER BY created_at DESC, id DESC LIMIT 1
    ) RETURNING id
"""


class UpdatedRow(ControlRows):
    """One row a file, which every event writes over."""

    async def insert_claim(self, connection: Connection, subject: Subject) -> bool:
        # The index holds claims that are open, and this row will not stay one: those that were are looked for here.
        if not await super().insert_claim(connection, subject):
            return False
        own = await connection.fetchval(
            "SELECT max(id) FROM coordinator_control WHERE file_name = $1 AND status = 'processing'", subject.file_name
        )
        if await connection.fetchval(_OTHERS, subject.base_name, subject.content_md5, own):
            await connection.execute("DELETE FROM coordinator_control WHERE id = $1", own)
            return False
        return True

    async def add(self, connection: Connection, subject: Subject, status: Status, message: str) -> str:
        values = (subject.file_name, subject.content_md5, str(status), message.replace("\0", ""))
        return str(await connection.fetchval(_LATEST, *values))


class MoreRows(ControlRows):
    """A further row before each that there is after the claim."""

    async def add(self, connection: Connection, subject: Subject, status: Status, message: str) -> str:
        if status not in (Status.PROCESSING, Status.ARCHIVE_SUCCEEDED):
            await connection.execute(self.INSERT, *self.values(subject, "extraction_requested", CLAIMED))
        return await super().add(connection, subject, status, message)


WAYS = {"each": ControlRows, "updated": UpdatedRow, "more": MoreRows}
