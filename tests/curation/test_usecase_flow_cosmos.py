"""Bulk import, self-serve, mixed actions, request more: the curation use case, as it travels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import httpx
import pytest

from goldtape import NotJudged, Tape, arranged

from .helpers_usecase import (
    APPROVE,
    BUCKET,
    DELETE,
    SKIP,
    Item,
    approve_item,
    assert_distinct,
    assert_written,
    assigned_count,
    bare,
    current,
    get_item,
    hold,
    ids,
    import_bulk,
    item_of,
    json_of,
    list_my,
    make_items,
    put_item,
    rows_of,
    self_serve,
    supply,
    told,
    update_status,
)

ROW = {"id", "dataset", "bucket", "status", "etag", "assignedAt"}


@pytest.mark.case("curation/three-users")
@pytest.mark.large
async def test_bulk_import_1000_and_distinct_selfserve_three_users(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str, carol: str
) -> None:
    """Three users get a hundred of a thousand items each, and none gets another's."""
    items = make_items(dataset, 1000)
    imported = await import_bulk(curation, items)
    goldtape.race([item["id"] for item in items], why="which items are handed out")

    assert imported.status_code == 200, told(imported, "200")
    await assert_each_is_served(curation, (alice, bob, carol), limit=100)


@pytest.mark.case("curation/high-volume")
@pytest.mark.stress
async def test_bulk_import_10000_high_volume_assignment_smoke(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str, carol: str
) -> None:
    """Ten thousand items, in chunks of a thousand, serve three users two hundred each."""
    items = make_items(dataset, 10_000)
    imported = [await import_bulk(curation, items[start : start + 1000]) for start in range(0, len(items), 1000)]
    goldtape.race([item["id"] for item in items], why="which items are handed out")

    for chunk in imported:
        assert chunk.status_code == 200, told(chunk, "200")
    await assert_each_is_served(curation, (alice, bob, carol), limit=200)


async def assert_each_is_served(curation: httpx.AsyncClient, users: Sequence[str], limit: int) -> None:
    """Each user gets as many items as they ask for and holds exactly those; nobody has another's."""
    lists = []
    for user in users:
        served = await self_serve(curation, user, limit)
        mine = await list_my(curation, user)

        assert assigned_count(served) == limit, told(served, f"assignedCount {limit}")
        assert len(rows_of(mine)) == limit, told(mine, f"{limit} rows, got {len(rows_of(mine))}")
        assert ids(rows_of(mine)) == ids(rows_of(served)), told(mine, "what was handed out")
        lists.append(mine)

    assert_distinct(lists)


@pytest.mark.case("curation/mixed-actions")
async def test_selfserve_then_mixed_actions_and_request_more(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """Whoever has approved, skipped and deleted can ask for more, and never gets those done back."""
    await supply(curation, goldtape, dataset, 150)
    held = await hold(curation, alice, 100)
    approve, skip, delete, keep = held[:20], held[20:35], held[35:45], held[45:]

    approved = [await approve_item(curation, row, alice, "an answer") for row in approve]
    skipped = [await update_status(curation, row, alice, "skipped") for row in skip]
    deleted = [await update_status(curation, row, alice, "deleted") for row in delete]
    left = await list_my(curation, alice)

    groups = (approve, approved, "approved"), (skip, skipped, "skipped"), (delete, deleted, "deleted")
    for rows, answers, status in groups:
        for row, answer in zip(rows, answers, strict=True):
            assert_written(answer, row, status)
    assert ids(rows_of(left)) == ids(keep), told(left, f"the {len(keep)} that are left")
    assert {row.status for row in rows_of(left)} == {"draft"}, told(left, "drafts only")

    served = await self_serve(curation, alice, limit=50)
    now = await list_my(curation, alice)

    new = ids(rows_of(now)) - ids(keep)
    assert len(new) >= 45, told(served, f"45 new items or more, which fill {len(keep)} back to 100, got {len(new)}")
    assert ids(keep) <= ids(rows_of(now)), told(now, "what was there, too")
    back = (ids(rows_of(now)) | ids(rows_of(served))) & (ids(approve) | ids(delete))
    assert not back, told(served, f"nothing that is approved or deleted, got {sorted(back)}")


@pytest.mark.case("curation/idempotent")
async def test_idempotent_selfserve_does_not_duplicate_assignments(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """Asking again, and again until there is no more, never brings an item that the user has already."""
    await supply(curation, goldtape, dataset, 12)

    served = [await self_serve(curation, alice, limit) for limit in (4, 4, 50, 1)]
    mine = await list_my(curation, alice)

    assert assigned_count(served[0]) == 4, told(served[0], "assignedCount 4")
    assert_distinct(served)
    brought = ids(row for answer in served for row in rows_of(answer))
    assert ids(rows_of(mine)) == brought, told(mine, f"the {len(brought)} items that were handed out")


@pytest.mark.case("curation/cross-user")
async def test_cross_user_update_forbidden(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str
) -> None:
    """Only the assignee may change an item, with its current etag too."""
    await supply(curation, goldtape, dataset, 3)
    [row] = await hold(curation, alice, 1)

    refused = [await put_item(curation, row, bob, change) for change in (APPROVE, SKIP, DELETE)]
    mine = await list_my(curation, alice)
    allowed = await put_item(curation, row, alice, SKIP)

    for answer in refused:
        assert answer.status_code == 403, told(answer, "403")
        assert "ASSIGNMENT_OWNERSHIP" in answer.text, told(answer, "the code ASSIGNMENT_OWNERSHIP")
    assert rows_of(mine) == [row], told(mine, f"no change of {row}")
    assert_written(allowed, row, "skipped")


@pytest.mark.case("curation/unassigned-write")
async def test_unassigned_item_is_not_writable(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str
) -> None:
    """An item that belongs to nobody is changed by nobody, with its own current etag too."""
    items = await supply(curation, goldtape, dataset, 3)
    mine = await hold(curation, alice, 1)
    free = next(item for item in items if item.id not in ids(mine))
    row = current(await get_item(curation, free))

    refused = [await put_item(curation, row, user, change) for user in (bob, alice) for change in (APPROVE, DELETE)]
    after = await get_item(curation, free)

    for answer in refused:
        assert answer.status_code == 403, told(answer, "403")
    assert current(after) == row, told(after, f"no change of {row}")


@pytest.mark.case("curation/concurrent")
@pytest.mark.parametrize(
    "names",
    [("alice", "bob", "carol", "dave", "erin", "frank"), ("alice",) * 6],
    ids=["six-users", "one-user"],
)
async def test_concurrent_selfserve_no_duplicates(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, names: Sequence[str]
) -> None:
    """Parallel calls hand out as many items as were asked for, none of them twice."""
    users = {name: goldtape.unique(name) for name in names}
    await supply(curation, goldtape, dataset, 70)

    served = await asyncio.gather(*(self_serve(curation, users[name], limit=10) for name in names))
    mine = [await list_my(curation, user) for user in users.values()]

    for answer in served:
        assert assigned_count(answer) == 10, told(answer, "assignedCount 10")
    assert_distinct(served)
    assert_distinct(mine)
    won = ids(row for answer in served for row in rows_of(answer))
    assert len(won) == 10 * len(names), f"expected {10 * len(names)} items in {len(served)} answers, got {len(won)}"
    assert ids(row for answer in mine for row in rows_of(answer)) == won, told(mine[-1], "what was handed out")


@pytest.mark.case("curation/visibility")
async def test_post_actions_visibility_in_my_assignments(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """What is approved, skipped or deleted leaves the list of a user's assignments, and stays as it was written."""
    await supply(curation, goldtape, dataset, 5)
    approved, skipped, deleted, *drafts = await hold(curation, alice, 5)

    arranged(await put_item(curation, approved, alice, APPROVE))
    arranged(await put_item(curation, skipped, alice, SKIP))
    arranged(await put_item(curation, deleted, alice, DELETE))
    left = await list_my(curation, alice)
    written = [await get_item(curation, row) for row in (approved, skipped, deleted)]

    assert ids(rows_of(left)) == ids(drafts), told(left, f"{len(drafts)} drafts")
    assert {row.status for row in rows_of(left)} == {"draft"}, told(left, "drafts only")
    for answer, status in zip(written, ("approved", "skipped", "deleted"), strict=True):
        assert item_of(answer).get("status") == status, told(answer, f"status {status}")


@pytest.mark.case("curation/visibility")
async def test_my_assignments_have_six_names(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """A row of a user's list says all that the next write needs, under the names of the plan."""
    items = await supply(curation, goldtape, dataset, 3)
    arranged(await self_serve(curation, alice, limit=3))

    mine = await list_my(curation, alice)

    assert mine.status_code == 200, told(mine, "200")
    rows = json_of(mine)
    for row in rows:
        assert row.keys() >= ROW, told(mine, f"{sorted(ROW - row.keys())} too in {sorted(row)}")
        assert (row["dataset"], row["bucket"], row["status"]) == (dataset, BUCKET, "draft"), told(mine, "our drafts")
        assert row["etag"], told(mine, "an etag")
        assert row["assignedAt"], told(mine, "the time of assignment")
    assert {row["id"] for row in rows} == ids(items), told(mine, f"{len(items)} items")


@pytest.mark.case("curation/skipped-return")
async def test_skipped_items_become_reassignable_after_unassign(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str
) -> None:
    """A skipped item belongs to nobody at once, and somebody else can have it."""
    await supply(curation, goldtape, dataset, 1)
    [row] = await hold(curation, alice, 1)

    skipped = await update_status(curation, row, alice, "skipped")
    item = await get_item(curation, row)
    mine = await list_my(curation, alice)
    served = await self_serve(curation, bob, limit=1)
    his = await list_my(curation, bob)

    assert_written(skipped, row, "skipped")
    assignment = {name: item_of(item).get(name) for name in ("assignedTo", "assignedAt")}
    assert set(assignment.values()) == {None}, told(item, f"no assignment, got {assignment}")
    assert rows_of(mine) == [], told(mine, "no drafts")
    if ids(rows_of(served)) - {row.id}:
        raise NotJudged(told(served, "no item of other datasets: the store has to be empty"))
    assert [(one.id, one.status) for one in rows_of(his)] == [(row.id, "draft")], told(his, "the skipped item")


@pytest.mark.case("curation/if-match")
@pytest.mark.parametrize("change", [APPROVE, SKIP, DELETE], ids=["approve", "skip", "delete"])
async def test_every_write_requires_a_current_if_match(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, change: Item
) -> None:
    """A write without If-Match, or with a stale one, is refused each time alike and changes nothing."""
    await supply(curation, goldtape, dataset, 1)
    [stale] = await hold(curation, alice, 1)
    arranged(await put_item(curation, stale, alice, {"comment": "read twice"}))
    [row] = rows_of(arranged(await list_my(curation, alice)))
    if row.etag is None or bare(row.etag) == bare(stale.etag):
        raise NotJudged(f"a comment left the etag as it was, so none is stale: {row}")

    for refusing in (replace(row, etag=None), stale):
        first = await put_item(curation, refusing, alice, change)
        again = await put_item(curation, refusing, alice, change)

        assert 400 <= first.status_code < 500, told(first, f"a refusal, for If-Match is {refusing.etag}")
        assert again.status_code == first.status_code, told(again, f"{first.status_code} again")

    mine = await list_my(curation, alice)
    taken = await put_item(curation, row, alice, change)

    assert rows_of(mine) == [row], told(mine, f"no change of {row}")
    assert_written(taken, row, change.get("status", "approved"))
