"""The steps of a curation story, a request each."""

from __future__ import annotations

import itertools
from typing import Any

import httpx

BUCKET = "00000000-0000-0000-0000-000000000000"

Item = dict[str, Any]


def headers_for(user_id: str) -> dict[str, str]:
    """The header that says who is asking (dev mode)."""
    return {"X-User-Id": user_id}


def make_items(dataset: str, n: int) -> list[Item]:
    """`n` items of a dataset, with ids that sort in the order in which they were made."""
    return [
        {
            "id": f"item-{i:05d}",
            "datasetName": dataset,
            "bucket": BUCKET,
            "question": f"What is item-{i:05d}?",
        }
        for i in range(n)
    ]


async def import_bulk(async_client: httpx.AsyncClient, items: list[Item]) -> None:
    """Import items with a single POST, every one of which must be taken."""
    response = await async_client.post("/v1/ground-truths", json=items)
    assert response.status_code == 200, response.text
    assert response.json()["imported"] == len(items)


async def self_serve(async_client: httpx.AsyncClient, user: str, limit: int) -> dict[str, Any]:
    """Ask for `limit` further items; the parsed answer."""
    response = await async_client.post("/v1/assignments/self-serve", json={"limit": limit}, headers=headers_for(user))
    assert response.status_code == 200, response.text
    return dict(response.json())


async def list_my(async_client: httpx.AsyncClient, user: str) -> list[Item]:
    """The drafts a user holds: id, dataset, bucket, status, etag and assignedAt each."""
    response = await async_client.get("/v1/assignments/my", headers=headers_for(user))
    assert response.status_code == 200, response.text
    return list(response.json())


async def get_item(async_client: httpx.AsyncClient, row: Item) -> Item:
    """The item that a row of `/my` or of an import names."""
    response = await async_client.get(f"/v1/ground-truths/{path_of(row)}")
    assert response.status_code == 200, response.text
    return dict(response.json())


async def get_dataset_rows(async_client: httpx.AsyncClient, dataset: str) -> list[Item]:
    """Every item of a dataset, sorted by bucket and id."""
    response = await async_client.get(f"/v1/ground-truths/{dataset}")
    assert response.status_code == 200, response.text
    return list(response.json())


async def resolve_bucket_etag(async_client: httpx.AsyncClient, user: str, item_id: str) -> tuple[str, str]:
    """The bucket and the current etag of an item that a user holds."""
    [row] = [row for row in await list_my(async_client, user) if row["id"] == item_id]
    return row["bucket"], row["etag"]


async def approve_item(
    async_client: httpx.AsyncClient,
    dataset: str,
    bucket: str,
    item_id: str,
    user: str,
    answer: str | None = None,
    *,
    etag: str,
) -> Item:
    """Approve an item under its etag; the updated item, with its new etag."""
    response = await put_item(
        async_client, f"{dataset}/{bucket}/{item_id}", user, {"approve": True, "answer": answer}, etag
    )
    assert response.status_code == 200, response.text
    return dict(response.json())


async def update_status(
    async_client: httpx.AsyncClient,
    dataset: str,
    bucket: str,
    item_id: str,
    etag: str,
    user: str,
    status: str,
) -> Item:
    """Set an item's status under its etag; the updated item, with its new etag."""
    response = await put_item(async_client, f"{dataset}/{bucket}/{item_id}", user, {"status": status}, etag)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def put_item(
    async_client: httpx.AsyncClient, path: str, user: str, change: Item, etag: str | None
) -> httpx.Response:
    """Change an item, whatever comes of it; without an etag no If-Match is sent."""
    headers = headers_for(user) | ({} if etag is None else {"If-Match": etag})
    return await async_client.put(f"/v1/assignments/{path}", json=change, headers=headers)


def path_of(row: Item) -> str:
    """dataset/bucket/id of a row of `/my` or of an item."""
    return f"{row.get('dataset') or row['datasetName']}/{row['bucket']}/{row['id']}"


def ids(rows: list[Item]) -> set[str]:
    """The ids of rows, no two of which may be equal."""
    found = {row["id"] for row in rows}
    assert len(found) == len(rows), "an id occurs twice"
    return found


def error_code(response: httpx.Response) -> str:
    """The stable code of a refusal."""
    return str(response.json()["error"]["code"])


def assert_distinct_sets(sets: list[set[str]]) -> None:
    """No id is in two of the sets."""
    for one, other in itertools.combinations(sets, 2):
        assert not one & other, f"handed out twice: {sorted(one & other)}"
