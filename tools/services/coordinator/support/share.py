"""Changes of the share: a file's age, a mode, a file gone, the source root gone."""

from __future__ import annotations

import re
import time
from http import HTTPStatus

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.coordinator.support.bench import Bench, BenchOf

AWAY = ".away"

router = APIRouter(prefix="/share")


class Age(BaseModel):
    path: str
    age_s: float


class FileMode(BaseModel):
    """`mode` in octal; an empty `path` is the source root."""

    path: str = ""
    mode: str = Field(pattern=re.compile("^[0-7]{3}$"))


class Presence(BaseModel):
    present: bool


@router.post("/age", status_code=HTTPStatus.NO_CONTENT)
async def age_file(age: Age, bench: BenchOf) -> None:
    """Make a file older, or younger, by setting its times."""
    await bench.share.set_times(bench.unc(age.path), time.time() - age.age_s)


@router.post("/chmod", status_code=HTTPStatus.NO_CONTENT)
async def change_mode(wanted: FileMode, bench: BenchOf) -> None:
    """Change the mode of a file, a remitter's folder or the source root on the server's disk."""
    bench.local(wanted.path).chmod(int(wanted.mode, 8))


@router.put("/source", status_code=HTTPStatus.NO_CONTENT)
async def set_source(wanted: Presence, bench: BenchOf) -> None:
    """Take the source root away by renaming it, or bring it back; what is so already stays."""
    await place_source(bench, wanted.present)


@router.delete("/files", status_code=HTTPStatus.NO_CONTENT)
async def remove_file(path: str, bench: BenchOf) -> None:
    """Remove a file from the source."""
    await bench.share.remove(bench.unc(path))


async def place_source(bench: Bench, present: bool) -> None:
    """Have the source root in its place, or beside it under another name."""
    here, away = bench.unc(""), bench.unc("") + AWAY
    if await bench.share.exists(away) == present:
        await bench.share.rename(*((away, here) if present else (here, away)))
