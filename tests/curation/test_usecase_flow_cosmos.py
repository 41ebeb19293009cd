"""Bulk import, self-serve, mixed actions, request more: the curation use case, as it travels."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from goldtape import Tape

from .helpers_usecase import (
    approve_item,
    assert_distinct_sets,
    error_code,
    get_item,
    ids,
    import_bulk,
    list_my,
    make_items,
    path_of,
    put_item,
    resolve_bucket_etag,
    self_serve,
    update_status,
)

ROW = {"id", "dataset", "bucket", "status", "etag", "assignedAt"}


@pytest.mark.case("curation/three-users")
@pytest.mark.large
async def test_bulk_import_1000_and_distinct_selfserve_three_users(curation: httpx.AsyncClient, dataset: str) -> None:
    """Three users get a hundred of a thousand items each, and none gets another's."""
    await import_bulk(curation, make_items(dataset, 1000))

    held = []
    for user in ("alice", "bob", "carol"):
        served = await self_serve(curation, user, limit=100)
        mine = await list_my(curation, user)

        assert served["assignedCount"] == 100
        assert ids(mine) == ids(served["assigned"])
        held.append(ids(mine))

    assert_distinct_sets(held)


@pytest.mark.case("curation/mixed-actions")
async def test_selfserve_then_mixed_actions_and_request_more(curation: httpx.AsyncClient, dataset: str) -> None:
    """Whoever has approved, skipped and deleted can ask for more, and never gets those done back."""
    await import_bulk(curation, make_items(dataset, 400))
    await self_serve(curation, "alice", limit=100)
    held = await list_my(curation, "alice")
    approve, skip, delete, keep = held[:20], held[20:35], held[35:45], held[45:]

    for row in approve:
        item = await approve_item(curation, dataset, row["bucket"], row["id"], "alice", "an answer", etag=row["etag"])
        assert (item["status"], item["answer"]) == ("approved", "an answer")
        assert item["etag"] != row["etag"]
    for rows, status in ((skip, "skipped"), (delete, "deleted")):
        for row in rows:
            item = await update_status(curation, dataset, row["bucket"], row["id"], row["etag"], "alice", status)
            assert item["status"] == status
            assert item["etag"] != row["etag"]

    left = await list_my(curation, "alice")
    assert ids(left) == ids(keep)
    assert {row["status"] for row in left} == {"draft"}

    served = await self_serve(curation, "alice", limit=50)
    now = await list_my(curation, "alice")

    assert served["assignedCount"] == 50
    assert ids(now) == ids(left) | ids(served["assigned"])
    assert len(now) == len(left) + 50
    assert_distinct_sets([ids(served["assigned"]), ids(approve) | ids(delete) | ids(left)])


@pytest.mark.case("curation/high-volume")
@pytest.mark.stress
async def test_bulk_import_10000_high_volume_assignment_smoke(curation: httpx.AsyncClient, dataset: str) -> None:
    """Ten thousand items, in chunks of a thousand, serve three users two hundred each."""
    items = make_items(dataset, 10_000)
    for start in range(0, len(items), 1000):
        await import_bulk(curation, items[start : start + 1000])

    held = []
    for user in ("alice", "bob", "carol"):
        served = await self_serve(curation, user, limit=200)
        mine = await list_my(curation, user)

        assert served["assignedCount"] == 200
        assert ids(mine) == ids(served["assigned"])
        held.append(ids(mine))

    assert_distinct_sets(held)


@pytest.mark.case("curation/idempotent")
async def test_idempotent_selfserve_does_not_duplicate_assignments(curation: httpx.AsyncClient, dataset: str) -> None:
    """Asking again brings further items, never one that the user has already."""
    await import_bulk(curation, make_items(dataset, 30))

    first = await self_serve(curation, "alice", limit=10)
    again = await self_serve(curation, "alice", limit=10)

    assert_distinct_sets([ids(first["assigned"]), ids(again["assigned"])])
    assert ids(await list_my(curation, "alice")) == ids(first["assigned"]) | ids(again["assigned"])

    rest = await self_serve(curation, "alice", limit=50)
    none = await self_serve(curation, "alice", limit=1)

    assert rest["assignedCount"] == 10, "the supply ended"
    assert none["assignedCount"] == 0
    assert len(ids(await list_my(curation, "alice"))) == 30


@pytest.mark.case("curation/cross-user")
async def test_cross_user_update_forbidden(curation: httpx.AsyncClient, dataset: str) -> None:
    """Only the assignee may change an item, whatever the etag."""
    await import_bulk(curation, make_items(dataset, 3))
    await self_serve(curation, "alice", limit=1)
    [row] = await list_my(curation, "alice")

    approving = await put_item(curation, path_of(row), "bob", {"approve": True}, row["etag"])
    skipping = await put_item(curation, path_of(row), "bob", {"status": "skipped"}, row["etag"])

    assert (approving.status_code, error_code(approving)) == (403, "ASSIGNMENT_OWNERSHIP")
    assert (skipping.status_code, error_code(skipping)) == (403, "ASSIGNMENT_OWNERSHIP")
    item = await get_item(curation, row)
    assert (item["status"], item["assignedTo"], item["etag"]) == ("draft", "alice", row["etag"])

    unassigned = path_of(row).replace("item-00000", "item-00002")
    unowned = await put_item(curation, unassigned, "bob", {"status": "deleted"}, row["etag"])

    assert (unowned.status_code, error_code(unowned)) == (403, "ASSIGNMENT_OWNERSHIP")


@pytest.mark.case("curation/concurrent")
@pytest.mark.parametrize("users", [("alice", "bob"), ("alice", "alice")], ids=["two-users", "one-user"])
async def test_concurrent_selfserve_no_duplicates(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, users: tuple[str, str]
) -> None:
    """Parallel calls hand out as many items as were asked for, none of them twice."""
    items = make_items(dataset, 60)
    await import_bulk(curation, items)

    goldtape.race([item["id"] for item in items], why="which of two parallel calls wins which item")
    served = await asyncio.gather(*(self_serve(curation, user, limit=20) for user in users))

    assert_distinct_sets([ids(answer["assigned"]) for answer in served])
    won = ids(served[0]["assigned"]) | ids(served[1]["assigned"])
    assert len(won) == 40
    assert won <= ids(items)
    held = [row for user in dict.fromkeys(users) for row in await list_my(curation, user)]
    assert ids(held) == won


@pytest.mark.case("curation/visibility")
async def test_post_actions_visibility_in_my_assignments(curation: httpx.AsyncClient, dataset: str) -> None:
    """The list of a user's assignments shows drafts only, with all that a write needs."""
    await import_bulk(curation, make_items(dataset, 5))
    await self_serve(curation, "alice", limit=5)
    held = await list_my(curation, "alice")
    assert all(row.keys() >= ROW for row in held)
    approved, skipped, deleted, *drafts = held

    await approve_item(curation, dataset, approved["bucket"], approved["id"], "alice", etag=approved["etag"])
    for row, status in ((skipped, "skipped"), (deleted, "deleted")):
        await update_status(curation, dataset, row["bucket"], row["id"], row["etag"], "alice", status)

    left = await list_my(curation, "alice")
    assert ids(left) == ids(drafts)
    assert {row["status"] for row in left} == {"draft"}
    statuses = [(await get_item(curation, row))["status"] for row in (approved, skipped, deleted)]
    assert statuses == ["approved", "skipped", "deleted"]


@pytest.mark.case("curation/skipped-return")
async def test_skipped_items_become_reassignable_after_unassign(curation: httpx.AsyncClient, dataset: str) -> None:
    """A skipped item belongs to nobody at once, and somebody else can have it."""
    await import_bulk(curation, make_items(dataset, 1))
    await self_serve(curation, "alice", limit=1)
    bucket, etag = await resolve_bucket_etag(curation, "alice", "item-00000")

    skipped = await update_status(curation, dataset, bucket, "item-00000", etag, "alice", "skipped")

    assert (skipped["assignedTo"], skipped["assignedAt"]) == (None, None)
    assert await list_my(curation, "alice") == []

    served = await self_serve(curation, "bob", limit=1)

    assert ids(served["assigned"]) == {"item-00000"}
    [row] = await list_my(curation, "bob")
    assert (row["id"], row["status"]) == ("item-00000", "draft")


@pytest.mark.case("curation/if-match")
@pytest.mark.parametrize(
    "change",
    [{"approve": True}, {"status": "skipped"}, {"status": "deleted"}],
    ids=["approve", "skip", "delete"],
)
async def test_every_write_requires_a_current_if_match(
    curation: httpx.AsyncClient, dataset: str, change: dict[str, object]
) -> None:
    """A write without If-Match, or with a stale one, is refused with a stable code and changes nothing."""
    await import_bulk(curation, make_items(dataset, 1))
    await self_serve(curation, "alice", limit=1)
    [row] = await list_my(curation, "alice")
    path = path_of(row)
    edited = await put_item(curation, path, "alice", {"comment": "read twice"}, row["etag"])
    assert edited.status_code == 200

    without = await put_item(curation, path, "alice", change, None)
    stale = await put_item(curation, path, "alice", change, row["etag"])

    assert (without.status_code, error_code(without)) == (412, "ETAG_REQUIRED")
    assert (stale.status_code, error_code(stale)) == (412, "ETAG_MISMATCH")
    item = await get_item(curation, row)
    assert (item["status"], item["etag"]) == ("draft", edited.json()["etag"])

    current = await put_item(curation, path, "alice", change, item["etag"])

    assert current.status_code == 200
