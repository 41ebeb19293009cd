"""What a request does: read, decide by the rules, write under the etag. One clock reading an action."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from services.curation import rules
from services.curation.errors import EtagMismatch, EtagRequired, ItemNotFound
from services.curation.models import (
    AssignmentRow,
    Change,
    ImportFailure,
    ImportResult,
    Item,
    Key,
    NewItem,
    SelfServeResult,
    ValidationSummary,
)
from services.curation.store import Store

_SPARE_CANDIDATES = 16
"""Read beyond the need, so that losing a few items to other callers costs no second query."""


async def import_items(store: Store, new_items: Sequence[NewItem], user: str) -> ImportResult:
    """Store the items whose key is free; of two with one key in the same request the first wins."""
    now = _now()
    first: dict[Key, int] = {}
    for index, new in enumerate(new_items):
        first.setdefault(new.key, index)
    taken = await store.create([rules.imported(new_items[index], user, now) for index in first.values()])
    errors = [
        _duplicate(index, new) for index, new in enumerate(new_items) if new.key in taken or first[new.key] != index
    ]
    succeeded = len(new_items) - len(errors)
    return ImportResult(
        imported=succeeded,
        failed=len(errors),
        errors=errors,
        uuids=[new.id for new in new_items],
        validation_summary=ValidationSummary(total=len(new_items), succeeded=succeeded, failed=len(errors)),
    )


async def self_serve(store: Store, limit: int, user: str) -> SelfServeResult:
    """Hand out `limit` further items to `user`, in key order, while there are any."""
    now = _now()
    assigned: list[Item] = []
    while (missing := limit - len(assigned)) > 0:
        candidates = await store.candidates(missing + _SPARE_CANDIDATES)
        if not candidates:
            break
        assigned += await _claim(store, candidates, missing, user, now)
    return SelfServeResult(requested=limit, assigned_count=len(assigned), assigned=sorted(assigned, key=_by_id))


async def my_assignments(store: Store, user: str) -> list[AssignmentRow]:
    """Return the drafts `user` holds, sorted by id."""
    held = sorted(await store.held_by(user), key=_by_id)
    return [
        AssignmentRow(
            id=item.id,
            dataset=item.dataset_name,
            bucket=item.bucket,
            status=item.status,
            etag=item.etag,
            assigned_at=item.assigned_at,
        )
        for item in held
    ]


async def find(store: Store, key: Key) -> Item:
    """Return the item.

    Raises:
        ItemNotFound: there is none with this key.
    """
    item = await store.get(key)
    if item is None:
        raise ItemNotFound(key)
    return item


async def change_item(store: Store, key: Key, change: Change, if_match: str | None, user: str) -> Item:
    """Apply a curator's change and return the item with its new etag.

    Raises:
        ItemNotFound, AssignmentOwnership, InvalidStatus, EtagRequired, EtagMismatch: checked in this order.
    """
    item = await find(store, key)
    rules.check_owner(item, user)
    status = rules.target_status(change, item.status)
    if not if_match:
        raise EtagRequired(item.id)
    wanted = rules.changed(item, change, status, user, _now())
    if if_match != item.etag or (stored := await store.replace(wanted, if_match)) is None:
        raise EtagMismatch(item.id)
    return stored


async def _claim(store: Store, candidates: Sequence[Item], count: int, user: str, now: str) -> list[Item]:
    """Claim up to `count` of the candidates, passing over those that somebody else was faster to change."""
    won: list[Item] = []
    for item in candidates:
        stored = await store.replace(rules.claimed(item, user, now), item.etag)
        if stored is not None:
            won.append(stored)
        if len(won) == count:
            break
    return won


def _duplicate(index: int, new: NewItem) -> ImportFailure:
    dataset, bucket, item_id = new.key
    message = f"dataset {dataset!r} already has item {item_id!r} in bucket {bucket}"
    return ImportFailure(index=index, item_id=item_id, field="id", code="DUPLICATE_ID", message=message)


def _by_id(item: Item) -> tuple[str, Key]:
    return item.id, item.key


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
