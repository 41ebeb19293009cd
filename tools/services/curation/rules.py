"""What an import, a claim and a curator's change make of an item: no store, no clock, no HTTP."""

from __future__ import annotations

from services.curation.errors import AssignmentOwnership, InvalidStatus
from services.curation.models import Change, Item, NewItem, Status

CANDIDATE_STATUSES = (Status.DRAFT, Status.SKIPPED)
"""An unassigned item in one of these may be handed out; approved and deleted never come back."""

_CONTENT = ("answer", "history", "comment", "manual_tags")


def is_candidate(item: Item) -> bool:
    return item.assigned_to is None and item.status in CANDIDATE_STATUSES


def imported(new: NewItem, user: str, now: str) -> Item:
    """Build the stored form of a new item, unassigned."""
    return Item(
        **new.model_dump(exclude={"bucket"}),
        bucket=str(new.bucket),
        tags=_tags(new.manual_tags, new.dataset_name),
        created_at=now,
        updated_at=now,
        updated_by=user,
        reviewed_at=now if new.status is Status.APPROVED else None,
    )


def claimed(item: Item, user: str, now: str) -> Item:
    """Assign `item` to `user` as a draft, whatever candidate it was."""
    return item.model_copy(
        update={
            "status": Status.DRAFT,
            "assigned_to": user,
            "assigned_at": now,
            "updated_at": now,
            "updated_by": user,
        }
    )


def check_owner(item: Item, user: str) -> None:
    """Refuse a caller who does not hold the item.

    Raises:
        AssignmentOwnership: somebody else holds it, or nobody does.
    """
    if item.assigned_to != user:
        raise AssignmentOwnership(item.id, user)


def target_status(change: Change, current: Status) -> Status:
    """Return the status a change leads to; an explicit `status` wins over `approve`.

    Raises:
        InvalidStatus: `status` is null or not one of the four.
    """
    if "status" in change.model_fields_set:
        if change.status not in list(Status):
            raise InvalidStatus(change.status)
        return Status(change.status)
    return Status.APPROVED if change.approve else current


def changed(item: Item, change: Change, status: Status, user: str, now: str) -> Item:
    """Apply a change; every status but draft gives the assignment up in the same write."""
    content = {name: value for name in _CONTENT if (value := getattr(change, name)) is not None}
    update: dict[str, object] = {**content, "status": status, "updated_at": now, "updated_by": user}
    if status is not Status.DRAFT:
        update |= {"assigned_to": None, "assigned_at": None}
    if status is Status.APPROVED:
        update |= {"reviewed_at": now}
    if change.manual_tags is not None:
        update |= {"tags": _tags(change.manual_tags, item.dataset_name)}
    return item.model_copy(update=update)


def _tags(manual: list[str], dataset: str) -> list[str]:
    return sorted({*manual, f"dataset:{dataset}"})
