"""Files on the share: put, age, chmod, rename, remove; list and look at."""

from __future__ import annotations

import re
import time
from hashlib import md5

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.coordinator.support.bench import Bench, BenchOf, Root
from services.coordinator.support.content import Content

AWAY = ".away"

router = APIRouter()


class NewFile(Content):
    """A file to put; `age_s` is how long ago it was written, None for right now."""

    path: str
    root: Root = "source"
    age_s: float | None = None


class FileSeen(BaseModel):
    """A file as it is; `unc` is its whole path."""

    path: str
    unc: str
    size_bytes: int
    md5: str


class Age(BaseModel):
    path: str
    age_s: float


class FileMode(BaseModel):
    """`mode` in octal; an empty `path` is the source root."""

    path: str = ""
    mode: str = Field(pattern=re.compile("^[0-7]{3}$"))


class Renaming(BaseModel):
    path: str
    to: str


class Presence(BaseModel):
    present: bool


class Listing(BaseModel):
    """Paths of files, sorted."""

    root: Root
    files: list[str]


@router.put("/share/files")
async def put_file(new: NewFile, bench: BenchOf) -> FileSeen:
    """Write a file, over one that is there; missing folders are made."""
    unc, content = bench.unc(new.path, new.root), new.content()
    bench.touched.add(new.path)
    await bench.share.write(unc, content)
    if new.age_s is not None:
        await bench.share.set_times(unc, time.time() - new.age_s)
    return _seen(new.path, unc, content)


@router.post("/share/age")
async def age_file(age: Age, bench: BenchOf) -> Age:
    """Make a file older, or younger, by setting its times."""
    await bench.share.set_times(bench.unc(age.path), time.time() - age.age_s)
    return age


@router.post("/share/chmod")
async def change_mode(wanted: FileMode, bench: BenchOf) -> FileMode:
    """Change the mode of a file, a remitter's folder or the source root on the server's disk."""
    bench.local(wanted.path).chmod(int(wanted.mode, 8))
    return wanted


@router.post("/share/rename")
async def rename(renaming: Renaming, bench: BenchOf) -> Renaming:
    """Rename a file or a remitter's folder."""
    bench.touched.add(renaming.to)
    await bench.share.rename(bench.unc(renaming.path), bench.unc(renaming.to))
    return renaming


@router.put("/share/source")
async def set_source(wanted: Presence, bench: BenchOf) -> Presence:
    """Take the source root away by renaming it, or bring it back; what is so already stays."""
    await place_source(bench, wanted.present)
    return wanted


@router.delete("/share/files")
async def remove_file(path: str, bench: BenchOf, root: Root = "source") -> dict[str, str]:
    await bench.share.remove(bench.unc(path, root))
    return {"removed": path}


@router.get("/share/files")
async def list_files(bench: BenchOf, root: Root = "source") -> Listing:
    """List the files one level below a root: those of every remitter."""
    found: list[str] = []
    for folder, is_folder in await bench.share.entries(bench.unc("", root)):
        if is_folder:
            names = await bench.share.entries(bench.unc(folder, root))
            found += [f"{folder}/{name}" for name, is_deeper in names if not is_deeper]
    return Listing(root=root, files=sorted(found))


@router.get("/share/file")
async def read_file(path: str, bench: BenchOf, root: Root = "source") -> FileSeen:
    """Tell size and digest of one file; 409 while it is being written."""
    unc = bench.unc(path, root)
    return _seen(path, unc, await bench.share.read(unc))


def _seen(path: str, unc: str, content: bytes) -> FileSeen:
    return FileSeen(path=path, unc=unc, size_bytes=len(content), md5=md5(content, usedforsecurity=False).hexdigest())


async def place_source(bench: Bench, present: bool) -> None:
    """Have the source root in its place, or beside it under another name."""
    here, away = bench.unc(""), bench.unc("") + AWAY
    if await bench.share.exists(away) == present:
        await bench.share.rename(*((away, here) if present else (here, away)))
