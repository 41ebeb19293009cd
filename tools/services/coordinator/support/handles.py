"""Handles: open a file under a name of the caller's, write to it slowly, close it."""

from __future__ import annotations

from hashlib import md5
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.support.bench import Bench, BenchOf
from services.coordinator.support.content import Content
from services.coordinator.support.held import Handle

router = APIRouter(prefix="/handles")


class Slowly(Content):
    """What to write in the background: a chunk at once, and one more after every interval."""

    chunk_bytes: int = 65536
    interval_s: float = 2.0


class NewHandle(BaseModel):
    """A file to open; `share_access` is what others may do meanwhile, of the letters r, w and d."""

    path: str
    access: Literal["read", "write"]
    share_access: str = "r"
    slowly: Slowly | None = None


class HandleSeen(BaseModel):
    """`complete`: all that was to be written slowly is written."""

    name: str
    path: str
    complete: bool


@router.put("/{name}")
async def open_handle(name: str, new: NewHandle, bench: BenchOf) -> HandleSeen:
    """Open a file and keep it open; for writing it is created, or emptied."""
    if name in bench.handles:
        raise HTTPException(HTTPStatus.CONFLICT, f"handle {name!r} is open already")
    bench.touched.add(new.path)
    mode = "rb" if new.access == "read" else "wb"
    handle = await Handle.open(bench.settings.account, bench.unc(new.path), mode, new.share_access)
    bench.handles[name] = handle
    if new.slowly:
        handle.write_slowly(new.slowly.content(), new.slowly.chunk_bytes, new.slowly.interval_s)
        bench.written[md5(new.slowly.content(), usedforsecurity=False).hexdigest()] = new.path
    return _seen(name, handle, bench)


@router.get("/{name}")
async def look(name: str, bench: BenchOf) -> HandleSeen:
    """Tell whether something is still to be written."""
    return _seen(name, _handle(name, bench), bench)


@router.delete("/{name}")
async def close_handle(name: str, bench: BenchOf) -> HandleSeen:
    """Close a file; what is being written in the background is finished first."""
    handle = _handle(name, bench)
    await handle.close(finish=True)
    del bench.handles[name]
    return _seen(name, handle, bench)


async def close_all(bench: Bench) -> None:
    """Close every handle, breaking off what is being written."""
    while bench.handles:
        _, handle = bench.handles.popitem()
        await handle.close(finish=False)


def _handle(name: str, bench: Bench) -> Handle:
    if name not in bench.handles:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no handle {name!r}; open: {', '.join(sorted(bench.handles))}")
    return bench.handles[name]


def _seen(name: str, handle: Handle, bench: Bench) -> HandleSeen:
    return HandleSeen(name=name, path=bench.relative(handle.unc), complete=not handle.is_writing)
