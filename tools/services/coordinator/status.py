"""Where a file is in its life, and why it did not get further."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

MESSAGE_LENGTH = 500
"""Characters of a message that are kept in a row."""


class Status(StrEnum):
    """What a row says has happened to a file."""

    PROCESSING = "processing"
    SUCCESS = "success"
    PASSWORD_FAILED = "extraction_file_password_failed"
    FILE_FAILED = "extraction_file_failed"
    SERVICE_FAILED = "extraction_service_failed"
    ITM_FAILED = "itm_failed"
    ARCHIVE_SUCCEEDED = "archive_succeeded"
    OPS_CLOSED = "ops_closed"
    OPS_REJECTED = "ops_rejected"


ARCHIVABLE = (Status.SUCCESS, Status.OPS_CLOSED, Status.OPS_REJECTED)
"""A file whose latest row has one of these is done with, and leaves the source."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An expected end of a file that is not success; it is recorded, and never tried again."""

    status: Status
    message: str
