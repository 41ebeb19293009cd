"""What an SMB failure means: try again, wait for a writer, or give up.

SmbFailure
  BeingWritten   somebody has the file open in a way that does not go with what was asked
  NotThere       no such file or folder

Their texts name the NTSTATUS, never an address or a port, so that one failure reads the same everywhere.
"""

from __future__ import annotations

import errno

from smbprotocol.exceptions import SMBConnectionClosed, SMBOSError, SMBResponseException
from smbprotocol.header import NtStatus

SHARING_VIOLATION = 0xC0000043
NOT_FOUND = frozenset({0xC0000034, 0xC000003A, 0xC000000F})

RETRYABLE_STATUSES = frozenset(
    {
        0xC00000B5,  # IO_TIMEOUT
        0xC00000C9,  # NETWORK_NAME_DELETED
        0xC0000203,  # USER_SESSION_DELETED
        0xC000009A,  # INSUFFICIENT_RESOURCES
        0xC0000205,  # INSUFF_SERVER_RESOURCES
        0xC00000D0,  # REQUEST_NOT_ACCEPTED
    }
)
RETRYABLE_ERRNOS = frozenset(
    {
        errno.ECONNRESET,
        errno.ECONNREFUSED,
        errno.ECONNABORTED,
        errno.ETIMEDOUT,
        errno.EPIPE,
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
    }
)


class SmbFailure(Exception):
    """The share did not do what was asked, and asking again would not help."""


class BeingWritten(SmbFailure):
    """The file is open elsewhere; it can be had once it is closed."""


class NotThere(SmbFailure):
    """The file or folder does not exist."""


def is_retryable(error: BaseException) -> bool:
    """Tell whether the same call may succeed on a new connection."""
    status = _ntstatus(error)
    if status is not None:
        # Looked at before errno: an error of the server is an OSError too, with an errno that was made up for it.
        return status in RETRYABLE_STATUSES
    if isinstance(error, ValueError) and isinstance(error.__cause__, OSError):
        # smbprotocol's way to say that it could not connect.
        return is_retryable(error.__cause__)
    if isinstance(error, TimeoutError | SMBConnectionClosed):
        return True
    return isinstance(error, OSError) and error.errno in RETRYABLE_ERRNOS


def failure(action: str, path: str, error: BaseException) -> SmbFailure:
    """Build the exception that says what could not be done to which path, and why."""
    status = _ntstatus(error)
    text = f"cannot {action} {path}: {_reason(error, status)}"
    if status == SHARING_VIOLATION:
        return BeingWritten(text)
    return NotThere(text) if status in NOT_FOUND else SmbFailure(text)


def _ntstatus(error: BaseException) -> int | None:
    if isinstance(error, SMBOSError):
        return int(error.ntstatus)
    if isinstance(error, SMBResponseException):
        return int(error.status)
    return None


def _reason(error: BaseException, status: int | None) -> str:
    if status is not None:
        names = [name for name, value in vars(NtStatus).items() if value == status]
        return f"{names[0] if names else 'NTSTATUS'} (0x{status:08X})"
    if is_retryable(error):
        return "the SMB server cannot be reached"
    return f"{type(error).__name__}: {error}"
