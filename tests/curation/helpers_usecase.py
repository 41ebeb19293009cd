"""The steps of a curation story, a request each, and readers that take every form which the plan allows."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
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
    assert response.status_code == 200, told(response, "200")
    body = json_of(response)
    found = body.get("assigned") if isinstance(body, dict) else body
    if not isinstance(found, list):
        raise NotJudged(told(response, "a list of items"))
    return [row_of(value) for value in found if isinstance(value, dict)]


def item_of(response: httpx.Response) -> Item:
    """Read an item whose reading is no more than a look at the state."""
    body = json_of(arranged(response))
    if not isinstance(body, dict):
        raise NotJudged(told(response, "an item"))
    return body


def current(response: httpx.Response) -> Row:
    """Read an item with the etag that a write needs, which is in the body or in the header."""
    row = row_of(item_of(response), response.headers.get("etag"))
    if row.etag is None:
        raise NotJudged(told(response, "an etag, which the next write needs, in body or header"))
    return row


def json_of(response: httpx.Response) -> Any:
    """Read a body, which the plan wants to be JSON."""
    try:
        return response.json()
    except ValueError:
        raise AssertionError(told(response, "JSON")) from None


def assigned_count(response: httpx.Response) -> object:
    """How many items were handed out, in the service's own words."""
    assert response.status_code == 200, told(response, "200")
    body = json_of(response)
    return body.get("assignedCount") if isinstance(body, dict) else None


def assert_written(response: httpx.Response, row: Row, status: str) -> None:
    """A write has been taken: it answers another etag, and if it shows a status, the new one."""
    assert response.status_code == 200, told(response, f"200 and status {status}")
    body = json_of(response) if response.content else {}
    assert isinstance(body, dict), told(response, "an item, or its new etag")
    etag = body.get("etag") or body.get("_etag") or response.headers.get("etag")
    assert etag, told(response, "the new etag, in body or header")
    assert bare(etag) != bare(row.etag), told(response, f"another etag than {row.etag}")
    assert body.get("status", status) == status, told(response, f"status {status}")


def bare(etag: str | None) -> str:
    """An etag without the quotes that a header needs."""
    return (etag or "").removeprefix("W/").strip('"')


def ids(rows: Iterable[Row]) -> set[str]:
    """The ids of rows, no two of which may be equal."""
    listed = [row.id for row in rows]
    found = set(listed)
    assert len(found) == len(listed), f"twice in one answer: {sorted({one for one in found if listed.count(one) > 1})}"
    return found


def assert_distinct(answers: Iterable[httpx.Response]) -> None:
    """No item is in two of these answers."""
    for one, other in itertools.combinations(answers, 2):
        shared = ids(rows_of(one)) & ids(rows_of(other))
        assert not shared, told(other, f"none of {sorted(shared)}, which {as_asked(one)} has brought")


def told(response: httpx.Response, expected: str) -> str:
    """What a step was to bring, and what it brought."""
    return f"expected {expected}; {as_asked(response)} answered {response.status_code} {response.text[:_SHOWN]}"


def as_asked(response: httpx.Response) -> str:
    """A request in a line, with its user."""
    request = response.request
    user = request.headers.get("x-user-id")
    return f"{request.method} {request.url.path}{f' as {user}' if user else ''}"


def _needed(value: Item, *names: str) -> str:
    """A field without which no test could go on, under any of its names."""
    for name in names:
        if isinstance(found := value.get(name), str):
            return found
    raise NotJudged(f"an item without {' or '.join(names)}: {value}")
