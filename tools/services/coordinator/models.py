"""What a run answers. Every `file` is a whole UNC path."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from services.coordinator.status import Status


class Processed(BaseModel):
    """A file this run claimed, and how it ended."""

    file: str
    remitter: str
    base_name: str
    status: Status


class Skipped(BaseModel):
    """A file this run left alone."""

    file: str
    reason: Literal["unstable", "already_claimed"]


class Outdated(BaseModel):
    """A file whose newer version an earlier run has claimed: it is archived, and nothing else."""

    file: str


class RunError(BaseModel):
    """What went wrong in a way nobody planned for; `file` is None if it was the scan."""

    file: str | None
    stage: Literal["scan", "download", "process"]
    error: str


Outcome = Processed | Skipped | Outdated | RunError


class RunResult(BaseModel):
    """One run. `scanned` counts files without the temporary ones; lists are in the order of processing."""

    run_id: str
    status: Literal["completed", "fatal"] = "completed"
    scanned: int = 0
    groups: int = 0
    processed: list[Processed] = []
    skipped: list[Skipped] = []
    archive_candidates: list[str] = []
    error: list[RunError] = []


class ArchiveTasks(BaseModel):
    """How many archiving rounds have not ended yet."""

    pending: int


class LoggedErrors(BaseModel):
    """Error lines since the service started, from the asked number on; `next` is the number to ask for then."""

    next: int
    lines: list[str]
