"""A file held open over an SMB connection of its own, as an uploading or a reading client would hold it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import BinaryIO

from services.coordinator.smb_client import Account, SmbClient
from services.coordinator.smb_errors import SmbFailure


class Handle:
    """An open file."""

    def __init__(self, unc: str, client: SmbClient, file: BinaryIO) -> None:
        self.unc = unc
        self._client = client
        self._file = file
        self._writing: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, account: Account, unc: str, mode: str, share_access: str) -> Handle:
        """Open a file; SmbFailure if that is not possible."""
        client = SmbClient(account)
        try:
            return cls(unc, client, await client.open(unc, mode, share_access))
        except SmbFailure:
            await client.close()
            raise

    @property
    def is_writing(self) -> bool:
        return self._writing is not None and not self._writing.done()

    async def write(self, content: bytes) -> None:
        """Write at the end of what has been written."""
        await self._client.append(self._file, self.unc, content)

    def write_slowly(self, content: bytes, chunk_bytes: int, interval_s: float) -> None:
        """Write in the background, a chunk now and each further one `interval_s` seconds after the one before."""
        self._writing = asyncio.create_task(self._write_chunks(content, chunk_bytes, interval_s))

    async def close(self, finish: bool) -> None:
        """Close the file, after the background writing has finished or been broken off.

        A server that went away has closed the file already.
        """
        if self._writing is not None:
            if not finish:
                self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
        with suppress(SmbFailure):
            await self._client.release(self._file, self.unc)
        await self._client.close()

    async def _write_chunks(self, content: bytes, chunk_bytes: int, interval_s: float) -> None:
        for start in range(0, len(content), chunk_bytes):
            if start:
                await asyncio.sleep(interval_s)
            await self.write(content[start : start + chunk_bytes])
