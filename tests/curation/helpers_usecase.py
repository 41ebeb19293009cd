"""The steps of a curation story, a request each, and readers that take every form which the plan allows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from goldtape import NotJudged, Tape, arranged

BUCKET = "00000000-0000-0000-0000-000000000000"

Item = dict[str, Any]

APPROVE: Item = {"approve": True}
SKIP: Item = {"status": "skipped"}
DELETE: Item = {"status": "deleted"}

_SHOWN = 300


@dataclass(frozen=True)
class Row:
    """An item as a test speaks of it, however a service spells the names; None where it says nothing.

    `etag` is what If-Match takes, verbatim.
    """

    id: str
    dataset: str
    bucket: str
    status: str | None = None
    etag: str | None = None

    @property
    def path(self) -> str:
        """dataset/bucket/id, as paths have it."""
        return f"{self.dataset}/{self.bucket}/{self.id}"


# ---------------------------------------------------------------- the requests


def headers_for(user_id: str) -> dict[str, str]:
    """The header that says who is asking (dev mode)."""
    return {"X-User-Id": user_id}


def make_items(dataset: str, n: int) -> list[Item]:
    """`n` items of a dataset; no other run has their ids, which sort in the order in which they were made."""
    return [
        {
            "id": name,
            "datasetName": dataset,
            "bucket": BUCKET,
            "history": [{"role": "user", "msg": f"What is {name}?"}, {"role": "agent", "msg": "An item."}],
        }
        for name in (f"{dataset}-{i:05d}" for i in range(n))
    ]


async def import_bulk(async_client: httpx.AsyncClient, items: list[Item]) -> httpx.Response:
    """Import items with a single POST."""
    return await async_client.post("/v1/ground-truths", json=items)


async def self_serve(async_client: httpx.AsyncClient, user: str, limit: int) -> httpx.Response:
    """Ask for `limit` further items."""
    return await async_client.post("/v1/assignments/self-serve", json={"limit": limit}, headers=headers_for(user))


async def list_my(async_client: httpx.AsyncClient, user: str) -> httpx.Response:
    """Ask for the drafts that a user holds."""
    return await async_client.get("/v1/assignments/my", headers=headers_for(user))


async def get_item(async_client: httpx.AsyncClient, row: Row) -> httpx.Response:
    """Read the item that a row names."""
    return await async_client.get(f"/v1/ground-truths/{row.path}")


async def put_item(async_client: httpx.AsyncClient, row: Row, user: str, change: Item) -> httpx.Response:
    """Change an item under the row's etag, whatever comes of it; a row without one sends no If-Match."""
    headers = headers_for(user) | ({} if row.etag is None else {"If-Match": row.etag})
    return await async_client.put(f"/v1/assignments/{row.path}", json=change, headers=headers)


async def approve_item(
    async_client: httpx.AsyncClient, row: Row, user: str, answer: str | None = None
) -> httpx.Response:
    """Approve an item under its etag."""
    return await put_item(async_client, row, user, APPROVE | {"answer": answer})


async def update_status(async_client: httpx.AsyncClient, row: Row, user: str, status: str) -> httpx.Response:
    """Set an item's status under its etag."""
    return await put_item(async_client, row, user, {"status": status})


# ---------------------------------------------------------------- what only arranges


async def supply(async_client: httpx.AsyncClient, goldtape: Tape, dataset: str, n: int) -> list[Row]:
    """Import `n` items; which of them are handed out from here on is open."""
    items = make_items(dataset, n)
    arranged(await import_bulk(async_client, items))
    goldtape.race([item["id"] for item in items], why="which items are handed out")
    return [row_of(item) for item in items]


async def hold(async_client: httpx.AsyncClient, user: str, n: int) -> list[Row]:
    """Have a user who holds nothing hold `n` drafts, each with its etag."""
    arranged(await self_serve(async_client, user, n))
    rows = rows_of(arranged(await list_my(async_client, user)))
    if len(rows) != n:
        raise NotJudged(f"{user} asked for {n} items and holds {len(rows)}, where the test arranges")
    if any(row.etag is None for row in rows):
        raise NotJudged(f"a row of {user}'s list has no etag, which the next write needs: {rows[0]}")
    return rows


# ---------------------------------------------------------------- the readers


def row_of(value: Item, etag: str | None = None) -> Row:
    """Read a row of `/my`, or an item; `etag` is what the headers say, if the body has none."""
    return Row(
        id=_needed(value, "id", "itemId"),
        dataset=_needed(value, "dataset", "datasetName"),
        bucket=_needed(value, "bucket"),
        status=value.get("status"),
        etag=value.get("etag") or value.get("_etag") or etag,
    )


def rows_of(response: httpx.Response) -> list[Row]:
    """Read the list of a user's drafts, or the items that were just handed out."""
    assert response.status_code == 200, told(response)
    body = json_of(response)
    found = body.get("assigned") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise NotJudged(f"no list of items can be found: {told(response)}")
    return [row_of(value) for value in found if isinstance(value, dict)]


def item_of(response: httpx.Response) -> Item:
    """Read an item whose reading is no more than a look at the state."""
    body = json_of(arranged(response))
    if not isinstance(body, dict):
        raise NotJudged(f"no item can be found: {told(response)}")
    return body


def current(response: httpx.Response) -> Row:
    """Read an item with the etag that a write needs, which is in the body or in the header."""
    return row_of(item_of(response), response.headers.get("etag"))


def json_of(response: httpx.Response) -> Any:
    """Read a body, which the plan wants to be JSON."""
    try:
        return response.json()
    except ValueError:
        raise AssertionError(f"no JSON: {told(response)}") from None


def assigned_count(response: httpx.Response) -> object:
    """How many items were handed out, in the service's own words."""
    assert response.status_code == 200, told(response)
    body = json_of(response)
    return body.get("assignedCount") if isinstance(body, dict) else None


def assert_written(response: httpx.Response, row: Row, status: str) -> None:
    """A write has been taken: it answers another etag, and if it shows a status, the new one."""
    assert response.status_code == 200, told(response)
    body = json_of(response) if response.content else {}
    assert isinstance(body, dict), told(response)
    etag = body.get("etag") or body.get("_etag") or response.headers.get("etag")
    assert etag, f"no new etag, in body or header: {told(response)}"
    assert bare(etag) != bare(row.etag), told(response)
    assert body.get("status", status) == status, told(response)


def bare(etag: str | None) -> str:
    """An etag without the quotes that a header needs."""
    return (etag or "").removeprefix("W/").strip('"')


def ids(rows: Iterable[Row]) -> set[str]:
    """The ids of rows, no two of which may be equal."""
    listed = [row.id for row in rows]
    found = set(listed)
    assert len(found) == len(listed), f"twice in one answer: {sorted({one for one in found if listed.count(one) > 1})}"
    return found


def assert_distinct_sets(sets: Sequence[set[str]]) -> None:
    """No id is in two of the sets."""
    for one, other in itertools.combinations(sets, 2):
        assert not one & other, f"handed out twice: {sorted(one & other)}"


def told(response: httpx.Response) -> str:
    """An exchange in a line: what was asked by whom, and what came back."""
    request = response.request
    user = request.headers.get("x-user-id", "nobody")
    return f"{request.method} {request.url.path} as {user} answered {response.status_code} {response.text[:_SHOWN]}"


def _needed(value: Item, *names: str) -> str:
    """A field without which no test could go on, under any of its names."""
    for name in names:
        if isinstance(found := value.get(name), str):
            return found
    raise NotJudged(f"an item without {' or '.join(names)}: {value}")
