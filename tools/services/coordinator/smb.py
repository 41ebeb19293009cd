"""The share as the coordinator sees it: remitter folders with files in a source, and an archive."""

from __future__ import annotations

import time

from services.coordinator.listing import SourceFile
from services.coordinator.settings import ScanSettings
from services.coordinator.smb_client import SmbClient
from services.coordinator.smb_errors import NotThere
from services.coordinator.stability import FileStat, Policy, is_stable


class SmbService:
    """What a run does on the share; every method raises SmbFailure unless it says otherwise."""

    def __init__(self, settings: ScanSettings, client: SmbClient) -> None:
        self._settings = settings
        self._client = client

    async def list_files(self) -> list[SourceFile]:
        """Return the files one level below the source root, sorted; temporary names are left out.

        Files in the root itself, files in deeper folders and an archive that lies in the source do not count.
        """
        found: list[SourceFile] = []
        for remitter, is_folder in await self._client.entries(self._settings.smb_unc_path):
            folder = f"{self._settings.smb_unc_path}\\{remitter}"
            if not is_folder or folder.lower() == self._settings.smb_archive_subpath.lower():
                continue
            found += [
                SourceFile(remitter, name, f"{folder}\\{name}")
                for name, is_deeper in await self._client.entries(folder)
                if not is_deeper and not self._settings.temp_names.match(name)
            ]
        return sorted(found)

    async def is_stable(
        self,
        path: str,
        min_age_s: float | None = None,
        check_interval_s: float | None = None,
        check_count: int | None = None,
    ) -> bool:
        """Tell whether a file looks complete; never raises. What is not given is as the settings say."""
        policy = self._settings.stability
        wanted = Policy(
            min_age_s=policy.min_age_s if min_age_s is None else min_age_s,
            check_interval_s=policy.check_interval_s if check_interval_s is None else check_interval_s,
            check_count=policy.check_count if check_count is None else check_count,
        )

        async def stat() -> FileStat:
            return await self._client.stat(path)

        return await is_stable(stat, wanted, time.time)

    async def read(self, path: str) -> bytes:
        """Return all bytes of a file; BeingWritten while anybody has it open for writing."""
        return await self._client.read(path)

    async def check_quiet(self, path: str) -> None:
        """Raise BeingWritten while anybody has the file open for writing."""
        await self._client.check_quiet(path)

    async def exists(self, path: str) -> bool:
        return await self._client.exists(path)

    async def move(self, path: str, target: str) -> None:
        """Move a file to a target that must not exist; the folder above it is made if missing.

        A move whose answer was lost is tried again by the client, and finds nothing any more where it
        started: that the target is there then means that it worked.
        """
        await self._client.make_folder(target.rpartition("\\")[0])
        try:
            await self._client.rename(path, target)
        except NotThere:
            if not await self._client.exists(target):
                raise
