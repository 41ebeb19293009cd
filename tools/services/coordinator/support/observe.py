"""What there is to see around the coordinator: files, rows, calls, error lines. Other people's are left out."""

from __future__ import annotations

import re
from hashlib import md5
from typing import Any

import httpx
from pydantic import BaseModel

from services.coordinator.ids import as_text
from services.coordinator.smb_errors import SmbFailure
from services.coordinator.support.bench import Bench, Root

HEADERS = ("authorization", "consumer-type", "content-type", "source-system")
"""The headers of a call that anybody decides about; the rest is the client library's."""

COLUMNS = "id, file_name, base_name, content_md5, status, instance_id, attempt_no, message, correlation_id, created_at"

# What the coordinator adds to a name that is taken in the archive is different every time.
_ADDED = re.compile(r"__[0-9]{14}_[0-9a-f]{6}(?=\.|$)")


class File(BaseModel):
    """A file; without a digest if it cannot be read now. `put_as` is the file that was put with these bytes."""

    path: str
    md5: str | None = None
    put_as: str | None = None


class Row(BaseModel):
    """A row of the table."""

    id: str
    file_name: str
    base_name: str
    content_md5: str
    status: str
    instance_id: str
    attempt_no: int
    message: str | None
    correlation_id: str | None
    created_at: str


async def paths(bench: Bench, root: Root) -> list[str] | None:
    """All files below a root, sorted; None if they cannot be listed: the root is away, or may not be read."""
    try:
        found = await _below(bench, root, "")
    except SmbFailure:
        return None
    return [path for path in sorted(found) if bench.is_ours(path, root)]


async def files(bench: Bench, root: Root) -> list[File] | None:
    """The same with size and digest."""
    found = await paths(bench, root)
    if found is None:
        return None
    return [await _file(bench, root, path) for path in found]


async def rows(bench: Bench) -> list[Row]:
    """The rows of files below the source root, by created_at and id."""
    async with bench.database.transaction() as connection:
        found = await connection.fetch(f"SELECT {COLUMNS} FROM coordinator_control ORDER BY created_at, id")
    seen = [row(dict(record)) for record in found]
    return [one for one in seen if bench.is_ours(bench.relative(one.file_name))]


def row(record: dict[str, Any]) -> Row:
    """A row as the support API shows it."""
    return Row(**record | {"created_at": as_text(record["created_at"])})


async def was_written_here(bench: Bench, path: str) -> bool:
    """Whether a file in the archive has the bytes of one that was put."""
    return (await _file(bench, "archive", path)).put_as is not None


async def events(stand_in: httpx.AsyncClient) -> list[dict[str, Any]] | None:
    """The calls of a stand-in since the last reset, in order of arrival; None of what is no stand-in."""
    answer = await stand_in.get("/__events")
    if not answer.is_success:
        return None
    return [_reduced(event) for event in answer.json()["events"]]


async def error_lines(bench: Bench) -> list[str] | None:
    """What the coordinator has logged as an error since the last reset; None if it does not tell."""
    seen = await lines_since(bench, bench.lines_seen)
    return seen and seen[0]


async def lines_since(bench: Bench, number: int) -> tuple[list[str], int] | None:
    """Its error lines from a number on, and the number of the next one; None if it does not tell."""
    answer = await bench.coordinator.get("/api/v1/coordinator/logged-errors", params={"since": number})
    if not answer.is_success:
        return None
    return list(answer.json()["lines"]), int(answer.json()["next"])


async def _below(bench: Bench, root: Root, folder: str) -> list[str]:
    found: list[str] = []
    for name, is_folder in await bench.share.entries(bench.unc(folder, root)):
        path = f"{folder}/{name}" if folder else name
        found += await _below(bench, root, path) if is_folder else [path]
    return found


async def _file(bench: Bench, root: Root, path: str) -> File:
    shown = _ADDED.sub("__added", path) if root == "archive" else path
    try:
        content = await bench.share.read(bench.unc(path, root))
    except SmbFailure:
        return File(path=shown)
    digest = md5(content, usedforsecurity=False).hexdigest()
    return File(path=shown, md5=digest, put_as=bench.written.get(digest))


def _reduced(event: dict[str, Any]) -> dict[str, Any]:
    if "headers" not in event:
        return event
    return event | {"headers": {name: event["headers"][name] for name in HEADERS if name in event["headers"]}}
