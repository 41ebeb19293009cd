"""Handles: open a file under a name of the caller's, write to it, wait for it, close it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.support.bench import Bench, BenchOf
from services.coordinator.support.content import Content
from services.coordinator.support.held import Handle

LONGEST_WAIT_S = 60.0

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
    name: str
    path: str
    state: Literal["open", "closed"]


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
    return HandleSeen(name=name, path=new.path, state="open")


@router.post("/{name}/write")
async def write(name: str, content: Content, bench: BenchOf) -> dict[str, int]:
    """Write at the end; answers how much has been written in all."""
    handle = _handle(name, bench)
    await handle.write(content.content())
    return {"written_bytes": handle.written_bytes}


@router.post("/{name}/wait")
async def wait(name: str, bench: BenchOf, written_bytes: int) -> dict[str, int]:
    """Wait until at least so much has been written; 409 if it takes too long."""
    if not await _handle(name, bench).wait_written(written_bytes, LONGEST_WAIT_S):
        raise HTTPException(HTTPStatus.CONFLICT, f"{written_bytes} bytes were not written in {LONGEST_WAIT_S:.0f} s")
    return {"written_bytes_at_least": written_bytes}


@router.delete("/{name}")
async def close_handle(name: str, bench: BenchOf, finish: bool = True) -> HandleSeen:
    """Close a file; what is being written in the background is finished first, or broken off."""
    handle = _handle(name, bench)
    await handle.close(finish)
    del bench.handles[name]
    return HandleSeen(name=name, path=handle.unc.removeprefix(bench.unc("") + "\\").replace("\\", "/"), state="closed")


async def close_all(bench: Bench) -> None:
    """Close every handle, breaking off what is being written."""
    while bench.handles:
        _, handle = bench.handles.popitem()
        await handle.close(finish=False)


def _handle(name: str, bench: Bench) -> Handle:
    if name not in bench.handles:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"no handle {name!r}; open: {', '.join(sorted(bench.handles))}")
    return bench.handles[name]
