"""A store in Azure Cosmos DB, through the official SDK.

One document an item, in a container with the hierarchical key /datasetName, /bucket; the item is the only
truth, there is no document beside it for its assignment. Statements keep to what a small emulator on
loopback understands too: no DISTINCT, no OFFSET, and look-ups by query where a missing document is normal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

from azure.core import MatchConditions
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient
from azure.cosmos.exceptions import (
    CosmosAccessConditionFailedError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from services.curation.models import Item, Key, Status
from services.curation.rules import CANDIDATE_STATUSES

T = TypeVar("T")
R = TypeVar("R")
Document = dict[str, Any]

DATABASE = "curation"
CONTAINER = "ground-truths"
WRITES_AT_ONCE = 32

_ORDER = ("datasetName", "bucket", "itemId")
_ORDER_BY = "ORDER BY " + ", ".join(f"c.{name}" for name in _ORDER)
# Cosmos sorts by several properties only where a composite index lists them.
_INDEXING: Document = {
    "indexingMode": "consistent",
    "includedPaths": [{"path": "/*"}],
    "compositeIndexes": [[{"path": f"/{name}", "order": "ascending"} for name in _ORDER]],
}

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class CosmosStore:
    """Items as documents; the database and the container are created when absent."""

    def __init__(self, endpoint: str, key: str) -> None:
        # An emulator advertises an address of its own, often https where it speaks http: stay where we are.
        discovery = urlsplit(endpoint).hostname not in _LOOPBACK
        self._client = CosmosClient(endpoint, credential=key, enable_endpoint_discovery=discovery)
        self._container: ContainerProxy
        self._bare_etags = False

    async def open(self) -> None:
        database = await self._client.create_database_if_not_exists(DATABASE)
        self._container = await database.create_container_if_not_exists(
            CONTAINER,
            PartitionKey(path=["/datasetName", "/bucket"], kind="MultiHash"),
            indexing_policy=_INDEXING,
        )
        # An account quotes its etags, as HTTP does; some emulators do not.
        self._bare_etags = not (await self._container.read())["_etag"].startswith('"')

    async def close(self) -> None:
        await self._client.close()

    async def create(self, items: Sequence[Item]) -> set[Key]:
        async def create_one(item: Item) -> Key | None:
            try:
                await self._container.create_item(_document(item))
            except CosmosResourceExistsError:
                return item.key
            return None

        return {key for key in await _each(create_one, items) if key is not None}

    async def get(self, key: Key) -> Item | None:
        # A query, not a point read: the emulator answers 500 to the read of a missing document.
        pages = self._container.query_items(
            "SELECT * FROM c WHERE c.datasetName = @dataset AND c.bucket = @bucket AND c.itemId = @id",
            parameters=_named(dataset=key.dataset, bucket=key.bucket, id=key.item_id),
            partition_key=[key.dataset, key.bucket],
        )
        found = [_item(document) async for document in pages]
        return found[0] if found else None

    async def replace(self, item: Item, etag: str) -> Item | None:
        document = _document(item)
        try:
            stored = await self._container.replace_item(
                document["id"],
                document,
                etag=etag.strip('"') if self._bare_etags else etag,
                match_condition=MatchConditions.IfNotModified,
            )
        except (CosmosAccessConditionFailedError, CosmosResourceNotFoundError):
            return None
        return _item(stored)

    async def candidates(self, count: int) -> list[Item]:
        statuses = ", ".join(f"'{status}'" for status in CANDIDATE_STATUSES)
        return await self._select(f"IS_NULL(c.assignedTo) AND c.status IN ({statuses})", top=count)

    async def held_by(self, user: str) -> list[Item]:
        return await self._select("c.assignedTo = @user AND c.status = 'draft'", user=user)

    async def items(self, dataset: str, status: Status | None) -> list[Item]:
        where = "c.datasetName = @dataset"
        if status is None:
            return await self._select(where, dataset=dataset)
        return await self._select(f"{where} AND c.status = @status", dataset=dataset, status=status)

    async def datasets(self) -> list[str]:
        # From each name to the next greater one: as many small queries as there are datasets.
        names: list[str] = []
        query = "SELECT TOP 1 c.datasetName FROM c WHERE c.datasetName > @last ORDER BY c.datasetName"
        while found := await self._query(query, last=names[-1] if names else ""):
            names.append(found[0]["datasetName"])
        return names

    async def delete_dataset(self, dataset: str) -> None:
        async def delete_one(document: Document) -> None:
            with suppress(CosmosResourceNotFoundError):
                await self._container.delete_item(document["id"], [dataset, document["bucket"]])

        query = "SELECT c.id, c.bucket FROM c WHERE c.datasetName = @dataset"
        await _each(delete_one, await self._query(query, dataset=dataset))

    async def _select(self, where: str, top: int | None = None, **parameters: str) -> list[Item]:
        first = "" if top is None else f"TOP {top} "
        documents = await self._query(f"SELECT {first}* FROM c WHERE {where} {_ORDER_BY}", **parameters)
        return [_item(document) for document in documents]

    async def _query(self, query: str, **parameters: str) -> list[Document]:
        pages = self._container.query_items(query, parameters=_named(**parameters))
        return [document async for document in pages]


def _named(**values: str) -> list[dict[str, object]]:
    return [{"name": f"@{name}", "value": value} for name, value in values.items()]


def _document(item: Item) -> Document:
    """Return the item as stored; the document id carries the bucket, so it is unique in the dataset."""
    fields = item.model_dump(mode="json", by_alias=True, exclude={"etag"})
    return {**fields, "id": f"{item.bucket}.{item.id}", "itemId": item.id}


def _item(document: Document) -> Item:
    etag = document["_etag"].strip('"')
    return Item.model_validate({**document, "id": document["itemId"], "etag": f'"{etag}"'})


async def _each(act: Callable[[T], Awaitable[R]], values: Iterable[T]) -> list[R]:
    """Do the same for every value, WRITES_AT_ONCE at a time; results come in the order of the values."""
    slots = asyncio.Semaphore(WRITES_AT_ONCE)

    async def one(value: T) -> R:
        async with slots:
            return await act(value)

    return await asyncio.gather(*(one(value) for value in values))
