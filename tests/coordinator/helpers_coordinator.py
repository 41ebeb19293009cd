"""The steps of a coordinator story, a request each: files, runs, and what is left behind."""

from __future__ import annotations

from typing import Any

import httpx

SOURCE = r"\\127.0.0.1\det\source"
OK_ROWS = ["processing", "success", "archive_succeeded"]

# Older than the stability check asks for.
SETTLED_S = 10

Json = dict[str, Any]


async def put_file(support: httpx.AsyncClient, path: str, age_s: float | None = SETTLED_S, **content: Any) -> Json:
    """Put `<remitter>/<file>` on the share, written `age_s` seconds ago; None writes it right now."""
    sent = {"path": path, "age_s": age_s} | (content or {"text": f"content of {path}"})
    response = await support.put("/share/files", json=sent)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def run(coordinator: httpx.AsyncClient) -> Json:
    """Have the coordinator do one run, which must answer with success."""
    response = await coordinator.post("/api/v1/coordinator/runs")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def drain(support: httpx.AsyncClient) -> None:
    """Wait until everything is archived that is to be archived."""
    response = await support.post("/archive-queue/drain")
    assert response.status_code == 200, response.text


async def run_and_drain(coordinator: httpx.AsyncClient, support: httpx.AsyncClient) -> Json:
    """Do one run, and wait for its archiving."""
    result = await run(coordinator)
    await drain(support)
    return result


async def source(support: httpx.AsyncClient) -> list[str]:
    """The files in the source folders, sorted."""
    return await _files(support, "source")


async def archive(support: httpx.AsyncClient) -> list[str]:
    """The files in the archive folders, sorted."""
    return await _files(support, "archive")


async def rows(support: httpx.AsyncClient, path: str | None = None) -> list[Json]:
    """The rows of one file, or all of them, in the order in which they were written."""
    response = await support.get("/rows", params={"path": path} if path else None)
    assert response.status_code == 200, response.text
    return list(response.json()["rows"])


async def statuses(support: httpx.AsyncClient, path: str | None = None) -> list[str]:
    """The statuses of the rows, likewise."""
    return [row["status"] for row in await rows(support, path)]


async def calls(support: httpx.AsyncClient, name: str, at_least: int = 0) -> list[Json]:
    """What foi, itm or iqube has been called with, in order."""
    response = await support.get(f"/downstream/{name}", params={"at_least": at_least} if at_least else None)
    assert response.status_code == 200, response.text
    return list(response.json()["calls"])


async def call_counts(support: httpx.AsyncClient) -> tuple[int, int, int]:
    """How often FOI, ITM and IQube have been called."""
    foi, itm, iqube = [len(await calls(support, name)) for name in ("foi", "itm", "iqube")]
    return foi, itm, iqube


async def set_mode(support: httpx.AsyncClient, name: str, **mode: Any) -> None:
    """Say how foi, itm or iqube answers from now on."""
    response = await support.put(f"/downstream/{name}/mode", json=mode)
    assert response.status_code == 200, response.text


async def logged_errors(support: httpx.AsyncClient) -> list[str]:
    """What the coordinator has logged as an error."""
    response = await support.get("/errors")
    assert response.status_code == 200, response.text
    return list(response.json()["lines"])


async def change_share(support: httpx.AsyncClient, what: str, **change: Any) -> None:
    """Change the share on the server: what is age, chmod, rename."""
    response = await support.post(f"/share/{what}", json=change)
    assert response.status_code == 200, response.text


async def place_source(support: httpx.AsyncClient, present: bool) -> None:
    """Take the source root away, or bring it back."""
    response = await support.put("/share/source", json={"present": present})
    assert response.status_code == 200, response.text


async def open_handle(support: httpx.AsyncClient, name: str, **handle: Any) -> None:
    """Open a file over SMB and keep it open."""
    response = await support.put(f"/handles/{name}", json=handle)
    assert response.status_code == 200, response.text


async def close_handle(support: httpx.AsyncClient, name: str) -> None:
    """Close it, once all that was to be written is written."""
    response = await support.delete(f"/handles/{name}")
    assert response.status_code == 200, response.text


def unc(path: str) -> str:
    """The whole path of `<remitter>/<file>`, as the coordinator writes it."""
    return SOURCE + "\\" + path.replace("/", "\\")


async def _files(support: httpx.AsyncClient, root: str) -> list[str]:
    response = await support.get("/share/files", params={"root": root})
    assert response.status_code == 200, response.text
    return list(response.json()["files"])
