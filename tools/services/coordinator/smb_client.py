"""Files on an SMB server, asynchronously. With smb_errors.py the only place that knows smbprotocol.

Every call carries account, port and connection cache: smbclient forgets what a former call was told.
"""

from __future__ import annotations

import asyncio
import ntpath
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NamedTuple, TypeVar

import smbclient
from smbprotocol.file_info import FileAttributes

from services.coordinator.smb_errors import NotThere, failure, is_retryable
from services.coordinator.stability import FileStat

T = TypeVar("T")

ATTEMPTS = 3
FIRST_BACKOFF_S = 0.2
CONNECT_TIMEOUT_S = 5


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in, and on which port of the server that a path names."""

    username: str
    password: str = field(repr=False)
    port: int = 445


class Entry(NamedTuple):
    """A name in a folder; entries sort by name."""

    name: str
    is_folder: bool


class SmbClient:
    """One connection, used by one thread at a time; a failure that may pass is tried again on a new one.

    All methods but `close` raise SmbFailure; BeingWritten and NotThere say more.
    """

    def __init__(self, account: Account) -> None:
        self._connections: dict[str, Any] = {}
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="smb")
        self._options: dict[str, Any] = {
            "username": account.username,
            "password": account.password,
            "port": account.port,
            "connection_cache": self._connections,
            "connection_timeout": CONNECT_TIMEOUT_S,
        }

    async def entries(self, folder: str) -> list[Entry]:
        """Return what a folder holds, sorted by name."""

        def scan() -> list[Entry]:
            with smbclient.scandir(folder, **self._options) as found:
                return sorted(Entry(entry.name, _is_folder(entry)) for entry in found)

        return await self._call("list", folder, scan)

    async def stat(self, path: str) -> FileStat:
        def look() -> FileStat:
            seen = smbclient.stat(path, **self._options)
            return FileStat(seen.st_size, seen.st_mtime, seen.st_chgtime)

        return await self._call("look at", path, look)

    async def exists(self, path: str) -> bool:
        try:
            await self.stat(path)
        except NotThere:
            return False
        return True

    async def read(self, path: str) -> bytes:
        """Return all bytes of a file.

        Opened so that others may read but not write: BeingWritten is raised while anybody has it open for writing.
        """

        def read() -> bytes:
            with smbclient.open_file(path, mode="rb", share_access="r", **self._options) as file:
                content: bytes = file.read()
                return content

        return await self._call("read", path, read)

    async def check_quiet(self, path: str) -> None:
        """Raise BeingWritten while anybody has the file open for writing."""

        def probe() -> None:
            smbclient.open_file(path, mode="rb", share_access="r", **self._options).close()

        await self._call("read", path, probe)

    async def write(self, path: str, content: bytes) -> None:
        """Write a whole file, over one that is there; missing folders are made."""

        def write() -> None:
            smbclient.makedirs(ntpath.dirname(path), exist_ok=True, **self._options)
            with smbclient.open_file(path, mode="wb", share_access="r", **self._options) as file:
                file.write(content)

        await self._call("write", path, write)

    async def open(self, path: str, mode: str, share_access: str) -> BinaryIO:
        """Open a file unbuffered and leave it open; the caller closes it with `release`.

        Args:
            path: its folder is made if missing.
            mode: "rb" or "wb".
            share_access: what others may do meanwhile, of the letters r, w and d; empty for nothing.
        """

        def take() -> BinaryIO:
            if mode == "wb":
                smbclient.makedirs(ntpath.dirname(path), exist_ok=True, **self._options)
            file: BinaryIO = smbclient.open_file(
                path, mode=mode, buffering=0, share_access=share_access, **self._options
            )
            return file

        return await self._call("open", path, take)

    async def append(self, file: BinaryIO, path: str, content: bytes) -> None:
        """Write to an open file; nothing is tried again."""
        await self._call("write", path, lambda: file.write(content), attempts=1)

    async def release(self, file: BinaryIO, path: str) -> None:
        await self._call("close", path, file.close, attempts=1)

    async def set_times(self, path: str, time_s: float) -> None:
        """Set a file's times; Samba moves the change time along."""
        await self._call("age", path, lambda: smbclient.utime(path, times=(time_s, time_s), **self._options))

    async def make_folder(self, folder: str) -> None:
        """Make a folder and the missing ones above it; one that is there is fine."""
        await self._call("make", folder, lambda: smbclient.makedirs(folder, exist_ok=True, **self._options))

    async def rename(self, path: str, target: str) -> None:
        """Rename a file or folder; an existing target is an error and stays as it is."""
        await self._call("move", path, lambda: smbclient.rename(path, target, **self._options))

    async def remove(self, path: str) -> None:
        await self._call("remove", path, lambda: smbclient.remove(path, **self._options))

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._worker, self._disconnect)
        self._worker.shutdown()

    async def _call(self, action: str, path: str, function: Callable[[], T], attempts: int = ATTEMPTS) -> T:
        loop = asyncio.get_running_loop()
        for attempt in range(attempts):
            try:
                return await loop.run_in_executor(self._worker, function)
            except Exception as error:
                if attempt == attempts - 1 or not is_retryable(error):
                    raise failure(action, path, error) from error
            await asyncio.sleep(FIRST_BACKOFF_S * 2**attempt)
            # The session may have gone with its connection still up, so the next attempt starts from nothing.
            await loop.run_in_executor(self._worker, self._disconnect)
        raise AssertionError("the last attempt returns or raises")

    def _disconnect(self) -> None:
        smbclient.reset_connection_cache(fail_on_error=False, connection_cache=self._connections)


def _is_folder(entry: smbclient.SMBDirEntry) -> bool:
    return bool(entry.smb_info.file_attributes & FileAttributes.FILE_ATTRIBUTE_DIRECTORY)
