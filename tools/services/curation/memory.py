"""A store in this process: nothing to install, nothing left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from heapq import nsmallest
from uuid import uuid4

from services.curation.models import Item, Key, Status
from services.curation.rules import is_candidate

WRITE_S = 0.001
"""How long a write is on its way: without a wait, one request is done before the next one comes, and none ever race."""


class MemoryStore:
    """Items in a dictionary; state lasts as long as the object."""

    def __init__(self) -> None:
        self._items: dict[Key, Item] = {}

    async def open(self) -> None:
        pass

    async def close(self) -> None:
        pass

    async def create(self, items: Sequence[Item]) -> set[Key]:
        taken = {item.key for item in items if item.key in self._items}
        self._items |= {item.key: _stamped(item) for item in items if item.key not in taken}
        return taken

    async def get(self, key: Key) -> Item | None:
        return self._items.get(key)

    async def replace(self, item: Item, etag: str) -> Item | None:
        # Requests interleave here as they do over a network, so only the etag guards a write.
        await asyncio.sleep(WRITE_S)
        current = self._items.get(item.key)
        if current is None or current.etag != etag:
            return None
        stored = self._items[item.key] = _stamped(item)
        return stored

    async def candidates(self, count: int) -> list[Item]:
        return nsmallest(count, filter(is_candidate, self._items.values()), key=lambda item: item.key)

    async def held_by(self, user: str) -> list[Item]:
        return self._where(lambda item: item.assigned_to == user and item.status is Status.DRAFT)

    async def items(self, dataset: str, status: Status | None) -> list[Item]:
        return self._where(lambda item: item.dataset_name == dataset and status in (None, item.status))

    async def datasets(self) -> list[str]:
        return sorted({key.dataset for key in self._items})

    async def delete_dataset(self, dataset: str) -> None:
        self._items = {key: item for key, item in self._items.items() if key.dataset != dataset}

    def _where(self, wanted: Callable[[Item], bool]) -> list[Item]:
        return sorted(filter(wanted, self._items.values()), key=lambda item: item.key)


def _stamped(item: Item) -> Item:
    return item.model_copy(update={"etag": f'"{uuid4()}"'})
