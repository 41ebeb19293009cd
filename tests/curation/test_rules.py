"""What our service promises beyond the plan: its refusals, its reading of odd requests, what a second call does.

Goldens hold all of it, with the dataset as each test leaves it. Another service may do otherwise, so none of this is
asserted, and none of it runs when the plan alone is judged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import httpx
import pytest

from goldtape import Tape

from .helpers_usecase import (
    APPROVE,
    DELETE,
    SKIP,
    Item,
    get_item,
    headers_for,
    hold,
    import_bulk,
    list_my,
    make_items,
    put_item,
    rows_of,
    self_serve,
    supply,
)

NO_ITEMS: tuple[object, ...] = ({"id": "demo-1"}, [{}], ["demo-1"], None)
FAULTS: dict[str, object] = {
    "id": None,
    "datasetName": None,
    "bucket": "first",
    "status": "open",
    "question": "unknown to a stored item",
    "assignedTo": "alice",
    "manualTags": ["without-a-group"],
    "history": [{"role": "user"}],
}
SELF_SERVE = "/v1/assignments/self-serve"


@pytest.fixture(autouse=True)
def ours(goldtape: Tape) -> None:
    if goldtape.judging:
        pytest.skip("a promise of our service, not of the plan")


# ---------------------------------------------------------------- import


async def test_one_faulty_item_refuses_the_whole_import(curation: httpx.AsyncClient, dataset: str) -> None:
    """Whatever the fault is, the good items beside it are not stored either."""
    good, other = make_items(dataset, 2)

    await curation.post("/v1/ground-truths", content=b"[{", headers={"Content-Type": "application/json"})
    for body in NO_ITEMS:
        await curation.post("/v1/ground-truths", json=body)
    for name, value in FAULTS.items():
        await import_bulk(curation, [good, other | {name: value}])
    for name in ("id", "datasetName"):
        await import_bulk(curation, [good, {key: other[key] for key in other if key != name}])


async def test_what_exists_is_not_overwritten(curation: httpx.AsyncClient, dataset: str) -> None:
    """Each duplicate is named by its place; the others are stored, of two alike the first."""
    first, second, third = make_items(dataset, 3)
    elsewhere = second | {"bucket": str(UUID(int=1))}

    await import_bulk(curation, [])
    await import_bulk(curation, [first | {"comment": "as it was"}])
    await import_bulk(curation, [second, first | {"comment": "again"}, third, third | {"comment": "twice"}, elsewhere])


async def test_an_item_starts_with_the_status_that_it_is_imported_with(
    curation: httpx.AsyncClient, dataset: str, alice: str
) -> None:
    """What is approved or deleted is never handed out; what is skipped is, as a draft."""
    statuses = ("draft", "approved", "skipped", "deleted")
    items = [item | {"status": status} for item, status in zip(make_items(dataset, 4), statuses, strict=True)]

    await import_bulk(curation, items)
    for status in (*statuses, "open"):
        await curation.get(f"/v1/ground-truths/{dataset}", params={"status": status})
    await self_serve(curation, alice, limit=10)
    await list_my(curation, alice)


# ---------------------------------------------------------------- self-serve and the list of a user


async def test_a_limit_is_a_number(curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str) -> None:
    """Zero and less ask for nothing, digits are a number; what is none is refused, and hands out nothing."""
    await supply(curation, goldtape, dataset, 5)

    for limit in (0, -1, 2.9, "many", None, "2", True):
        await curation.post(SELF_SERVE, json={"limit": limit}, headers=headers_for(alice))
    for body in ({}, [3], {"limit": 1, "more": 1}):
        await curation.post(SELF_SERVE, json=body, headers=headers_for(alice))
    await curation.post(SELF_SERVE, headers=headers_for(alice))
    await list_my(curation, alice)


async def test_a_list_has_the_items_of_one_user(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str, carol: str
) -> None:
    """Who holds nothing has an empty list, whoever else holds what."""
    await supply(curation, goldtape, dataset, 3)

    await hold(curation, alice, 2)
    await hold(curation, bob, 1)

    await self_serve(curation, carol, limit=1)
    for user in (alice, bob, carol):
        await list_my(curation, user)


async def test_nobody_in_particular_is_anonymous(curation: httpx.AsyncClient, dataset: str, goldtape: Tape) -> None:
    """Without a name, or with an empty one, the user is `anonymous`, who holds items like anybody else."""
    await supply(curation, goldtape, dataset, 2)

    await curation.post(SELF_SERVE, json={"limit": 1})
    await curation.post(SELF_SERVE, json={"limit": 1}, headers=headers_for(""))
    row, other = rows_of(await curation.get("/v1/assignments/my"))
    await curation.put(f"/v1/assignments/{row.path}", json=SKIP, headers={"If-Match": row.etag or ""})
    await put_item(curation, other, "anonymous", DELETE)


# ---------------------------------------------------------------- writes


async def test_a_write_changes_what_it_names(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """What is left out or null stays, unknown names are ignored, and each write has a new etag."""
    await supply(curation, goldtape, dataset, 2)
    row, _ = await hold(curation, alice, 2)

    changes: tuple[Item, ...] = (
        {"comment": "read", "manualTags": ["topic:numbers", "level:one"], "answer": "a number"},
        {"history": [{"role": "user", "msg": "Another question?"}]},
        {"comment": None, "manualTags": None, "history": None, "answer": None},
        {},
        {"colour": "green"},
        {"manualTags": []},
        {"approve": False, "comment": "read twice"},
        {"status": "draft"},
        {"approve": True, "status": "skipped"},
    )
    for change in changes:
        answer = await put_item(curation, row, alice, change)
        row = replace(row, etag=answer.json()["etag"])


async def test_an_etag_is_compared_as_it_stands(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """Neither a star, nor a weak form, nor another form of the current one will do."""
    await supply(curation, goldtape, dataset, 1)
    [row] = await hold(curation, alice, 1)

    for etag in ("*", f"W/{row.etag}", f'{row.etag}, "other"', (row.etag or "").strip('"'), ""):
        await put_item(curation, replace(row, etag=etag), alice, SKIP)


async def test_checks_have_an_order(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, bob: str
) -> None:
    """Shape, existence, ownership, status, etag: of several faults the first in this order is told."""
    await supply(curation, goldtape, dataset, 1)
    [row] = await hold(curation, alice, 1)
    bare, unknown = replace(row, etag=None), replace(row, id=f"{row.id}-x", etag=None)

    await put_item(curation, unknown, bob, {"approve": "perhaps", "status": "open"})
    await put_item(curation, replace(unknown, bucket="first"), bob, {"status": "open"})
    await put_item(curation, unknown, bob, {"status": "open"})
    await put_item(curation, bare, bob, {"status": "open"})
    for status in ("open", "DRAFT", None):
        await put_item(curation, bare, alice, {"status": status})
    await put_item(curation, bare, alice, SKIP)
    await put_item(curation, replace(row, etag='"old"'), alice, SKIP)


async def test_what_is_not_there_is_not_found(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str
) -> None:
    """Dataset, bucket and id all have to be right, for a reader as for a writer; other methods there are not."""
    await supply(curation, goldtape, dataset, 1)
    [row] = await hold(curation, alice, 1)

    for wrong in (
        replace(row, dataset=f"{row.dataset}-x"),
        replace(row, bucket=str(UUID(int=1))),
        replace(row, id=f"{row.id}-x"),
        replace(row, bucket="first"),
    ):
        await get_item(curation, wrong)
        await put_item(curation, wrong, alice, SKIP)
    for method in ("GET", "PATCH"):
        await curation.request(method, f"/v1/assignments/{row.path}")


@pytest.mark.parametrize("change", [APPROVE, SKIP, DELETE], ids=["approved", "skipped", "deleted"])
async def test_what_is_done_is_out_of_hand(
    curation: httpx.AsyncClient, dataset: str, goldtape: Tape, alice: str, change: Item
) -> None:
    """After an approval, a skip or a deletion its user cannot write it again, under the new etag either."""
    await supply(curation, goldtape, dataset, 1)
    [row] = await hold(curation, alice, 1)

    done = await put_item(curation, row, alice, change)
    row = replace(row, etag=done.json()["etag"])
    for again in ({"status": "draft"}, APPROVE, SKIP, DELETE):
        await put_item(curation, row, alice, again)


# ---------------------------------------------------------------- datasets


@pytest.fixture
async def neighbour(goldtape: Tape, curation: httpx.AsyncClient, dataset: str) -> AsyncIterator[str]:
    """A dataset whose name begins like the other; gone after a live run, however the test ends."""
    name = f"{dataset}-2"
    yield name
    if goldtape.live:
        with goldtape.unrecorded():
            await curation.delete(f"/v1/datasets/{name}")


async def test_a_dataset_goes_with_its_items_only(
    curation: httpx.AsyncClient, dataset: str, neighbour: str, alice: str, bob: str
) -> None:
    """Its neighbour stays; what a user held of it is gone; to remove it again is fine."""
    await import_bulk(curation, make_items(dataset, 1))
    await import_bulk(curation, make_items(neighbour, 1))

    await self_serve(curation, alice, limit=1)
    await self_serve(curation, bob, limit=1)
    await curation.get("/v1/datasets")
    for _ in range(2):
        await curation.delete(f"/v1/datasets/{dataset}")
    await curation.get("/v1/datasets")
    for user in (alice, bob):
        await list_my(curation, user)
    await curation.get(f"/v1/ground-truths/{neighbour}")
