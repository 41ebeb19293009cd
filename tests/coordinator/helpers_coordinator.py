"""The steps of a coordinator story: what is arranged, a run, and what there is to see afterwards.

A file is `<remitter>/<file>` below the source root. Files of one test differ in their bytes, so a file in the archive
is known by them, in whatever folder and under whatever name it is there.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import httpx
import pytest

from goldtape import NotJudged, arranged

RUN_PATH = "/api/v1/coordinator/runs"
SOURCE = r"\\127.0.0.1\det\source"

ACCEPTED = ("success", "archive_succeeded")
"""What the latest row of a file says that ITM took: archiving may have come since."""

SETTLED_S = 60
"""Older than any stability check asks for."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Coordinator:
    """The coordinator under test, and the path of its run endpoint."""

    client: httpx.AsyncClient
    path: str

    async def start(self) -> httpx.Response:
        """Have it do one run, and take whatever it answers."""
        try:
            return await self.client.post(self.path)
        except httpx.TimeoutException:
            pytest.fail(f"POST {RUN_PATH} gave no answer within the 10 s that its clients wait")

    async def run(self) -> httpx.Response:
        """Have it do one run, which must answer that it went well."""
        answer = await self.start()
        assert answer.status_code in (200, 202), f"POST {RUN_PATH}: {answer.text[:300]}"
        return answer


@dataclass(frozen=True)
class Seen:
    """What there is to see after a run.

    `source` and `archive` are files, sorted: of the archive those whose bytes arrived, others with a remark.
    `calls` says how often FOI, ITM and IQube were called; one that cannot be asked equals any number.
    """

    source: list[str] | None
    archive: list[str] | None
    calls: dict[str, Any]
    state: Json

    def statuses(self, file: str) -> list[str]:
        """The statuses of a file's rows, in the order in which they were written."""
        return [row["status"] for row in self.state["rows"] if path_of(row) == file]

    def status(self, file: str) -> str | None:
        """The latest status of a file; None without a row."""
        found = self.statuses(file)
        return found[-1] if found else None

    def digests(self, file: str) -> set[str]:
        """The MD5s in the rows of a file."""
        return {row["content_md5"] for row in self.state["rows"] if path_of(row) == file}

    def told(self) -> list[str]:
        """What IQube was told as the reason, each time; in small letters, as prose may stand around it."""
        return [str((call["body"] or {}).get("reason")).lower() for call in self.state["calls"]["iqube"] or []]

    @property
    def nothing_logged(self) -> bool:
        """Whether the coordinator has logged no error; False where its log cannot be seen."""
        return bool(self.state["errors"] == [])


async def arrange(
    support: httpx.AsyncClient,
    files: Sequence[str] = (),
    age_s: float | None = SETTLED_S,
    text: str = "content",
    root: str = "source",
    **modes: Json,
) -> None:
    """Put files on the share, each written a second after the one before, the first `age_s` seconds ago.

    With `age_s` None they are new. Each holds the `text` and its number. `modes` is how foi, itm or iqube answers.
    """
    put = [
        {"path": path, "age_s": age_s and age_s - number, "text": f"{text} {number}"}
        | ({} if root == "source" else {"root": root})
        for number, path in enumerate(files)
    ]
    arranged(await support.post("/arrange", json={"files": put, "modes": modes}))


async def arrange_bytes(support: httpx.AsyncClient, path: str, content: bytes) -> None:
    """Put a file with given bytes on the share."""
    put = {"path": path, "age_s": SETTLED_S, "base64": base64.b64encode(content).decode()}
    arranged(await support.post("/arrange", json={"files": [put]}))


async def set_mode(support: httpx.AsyncClient, name: str, **mode: Any) -> None:
    """Say how foi, itm or iqube answers from now on, or where a run is held up."""
    arranged(await support.put(f"/downstream/{name}/mode", json=mode))


async def wait_for_call(support: httpx.AsyncClient, name: str) -> None:
    """Wait until foi, itm or iqube has been called, or a run has come where it is held up."""
    arranged(await support.post(f"/downstream/{name}/wait", json={"at_least": 1}))


async def look(support: httpx.AsyncClient, settle: bool = True) -> Seen:
    """Look at everything: once nothing is left to archive, or right now."""
    state = arranged(await support.get("/state", params=None if settle else {"settle": "false"})).json()
    calls = {name: ANY if made is None else len(made) for name, made in state["calls"].items()}
    return Seen(_paths(state["source"]), _arrived(state["archive"]), calls, state)


async def decide(support: httpx.AsyncClient, path: str, status: str) -> None:
    """Let an operator decide about a file."""
    arranged(await support.post("/decisions", json={"path": path, "status": status, "message": "by hand"}))


async def change_share(support: httpx.AsyncClient, what: str, **change: Any) -> None:
    """Change the share on the server: what is age or chmod."""
    arranged(await support.post(f"/share/{what}", json=change))


async def place_source(support: httpx.AsyncClient, present: bool) -> None:
    """Take the source root away, or bring it back."""
    arranged(await support.put("/share/source", json={"present": present}))


async def remove(support: httpx.AsyncClient, path: str) -> None:
    """Remove a file from the source."""
    arranged(await support.delete("/share/files", params={"path": path}))


async def hold(support: httpx.AsyncClient, name: str, path: str, **handle: Any) -> None:
    """Open a file over SMB and keep it open: for reading, so that it can be read but not moved."""
    arranged(await support.put(f"/handles/{name}", json={"path": path, "access": "read"} | handle))


async def check_still_writing(support: httpx.AsyncClient, name: str) -> None:
    """Make sure that not everything is written yet that was to be written slowly."""
    if arranged(await support.get(f"/handles/{name}")).json()["complete"]:
        raise NotJudged("the upload was over before the runs were: they show nothing about a partial file")


async def release(support: httpx.AsyncClient, name: str) -> None:
    """Close an open file, once all that was to be written is written."""
    arranged(await support.delete(f"/handles/{name}"))


async def take_down(support: httpx.AsyncClient, what: str, **fault: str) -> None:
    """Take away the SMB server (`state`), or break the database (`kill`)."""
    method = "PUT" if what == "smb" else "POST"
    arranged(await support.request(method, f"/faults/{what}", json=fault))


def received(seen: Seen) -> Any:
    """The MD5s of the files that FOI received; equal to anything where FOI is a real one."""
    calls = seen.state["calls"]["foi"]
    return ANY if calls is None else [call["md5"] for call in calls]


def names(answer: httpx.Response, file: str) -> bool:
    """Whether an answer names a file, in whatever place."""
    return json.dumps(file.rpartition("/")[2])[1:-1] in answer.text


def path_of(row: Json) -> str:
    """The file of a row, whatever the share is called."""
    return "/".join(str(row["file_name"]).split("\\")[-2:])


def read_env_file(file: Path) -> None:
    """Take the variables of a file of `NAME=value` lines, where the environment has none of that name."""
    if not file.exists():
        return
    for line in file.read_text(encoding="utf-8").splitlines():
        name, assigned, value = line.strip().removeprefix("export ").partition("=")
        if assigned and not name.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip().strip("'\""))


def _paths(files: list[Json] | None) -> list[str] | None:
    return None if files is None else sorted(file["path"] for file in files)


def _arrived(files: list[Json] | None) -> list[str] | None:
    return None if files is None else sorted(file["put_as"] or f"{file['path']} with other bytes" for file in files)
