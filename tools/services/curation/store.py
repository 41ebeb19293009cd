"""What the service needs from a store; memory.py and cosmos.py are the two there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.curation.models import Item, Key, Status


class Store(Protocol):
    """Items by key, each write guarded by an etag; every list comes in ascending key order."""

    async def open(self) -> None:
        """Get ready to serve; called once, in the event loop that will serve."""

    async def close(self) -> None:
        """Let go of what `open` took."""

    async def create(self, items: Sequence[Item]) -> set[Key]:
        """Store new items, no key twice among them.

        Returns:
            The keys that were taken already; their items are left as they were. Empty if all were stored.
        """

    async def get(self, key: Key) -> Item | None:
        """Return the item, or None if there is none."""

    async def replace(self, item: Item, etag: str) -> Item | None:
        """Write `item` over its stored form if that still carries `etag`.

        Returns:
            The item with its new etag, or None if it changed or vanished meanwhile.
        """

    async def candidates(self, count: int) -> list[Item]:
        """Return the first `count` items that may be handed out; fewer if there are not so many."""

    async def held_by(self, user: str) -> list[Item]:
        """Return the drafts assigned to `user`."""

    async def items(self, dataset: str, status: Status | None) -> list[Item]:
        """Return the items of a dataset, all of them or those in one status."""

    async def datasets(self) -> list[str]:
        """Return the names of the datasets that have items, sorted."""

    async def delete_dataset(self, dataset: str) -> None:
        """Remove every item of a dataset for good; none is fine."""
