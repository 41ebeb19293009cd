"""Somebody else's curation service: it does most of the plan, and deviates in six ways.

    a limit is a ceiling: whoever holds 55 and asks for 50 gets no new item
    a repeat serves again what the user holds
    parallel calls of one user share their items
    a skip leaves the item with its user
    the rows of a user's list are whole items, with names of their own
    an item that belongs to nobody can be written by anybody

The first three come of one way to serve: the user's own drafts first. Errors are under `detail`, an etag is `_etag` in
the body, and an item with a key that is not known is refused. None of this is against the plan.
"""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from services import health
from services.serving import serve

Item = dict[str, Any]
User = Annotated[str, Header(alias="X-User-Id")]

STATUSES = ("draft", "approved", "skipped", "deleted")


class NewItem(BaseModel):
    """An item as it is imported."""

    model_config = ConfigDict(extra="forbid")

    id: str
    datasetName: str
    bucket: UUID = UUID(int=0)
    history: list[dict[str, str]] = []
    manualTags: list[str] = []
    comment: str = ""


class Wanted(BaseModel):
    """How many items a user wants to hold."""

    limit: int


class Change(BaseModel):
    """What a user makes of an item; keys that are not known are ignored."""

    approve: bool = False
    status: str | None = None
    comment: str | None = None
    etag: str | None = Field(None, description="where If-Match is not sent")


def app_from(_: Mapping[str, str]) -> FastAPI:
    """Build the service, which has no items yet."""
    app = FastAPI(title="A deviating curation service")
    items: dict[str, Item] = {}
    numbers = itertools.count(1)

    def write(item: Item, **fields: object) -> Item:
        item |= fields | {"updatedAt": datetime.now(UTC).isoformat(), "_etag": f"etag-{next(numbers):06d}"}
        return item

    def found(dataset: str, bucket: str, item_id: str) -> Item:
        item = items.get(item_id)
        if item is None or (item["datasetName"], item["bucket"]) != (dataset, bucket):
            raise HTTPException(HTTPStatus.NOT_FOUND, "Item not found")
        return item

    def drafts_of(user: str | None) -> list[Item]:
        return [item for item in items.values() if item["assignedTo"] == user and item["status"] == "draft"]

    app.include_router(health.router)

    @app.post("/v1/ground-truths")
    async def import_items(new: list[NewItem]) -> dict[str, Any]:
        fresh = [one for one in new if one.id not in items]
        for one in fresh:
            blank = {"status": "draft", "assignedTo": None, "assignedAt": None, "reviewedAt": None}
            items[one.id] = write(one.model_dump(mode="json") | blank)
        return {"imported": len(fresh), "failed": len(new) - len(fresh), "errors": [], "uuids": [one.id for one in new]}

    @app.post("/v1/assignments/self-serve")
    async def self_serve(wanted: Wanted, user: User) -> dict[str, Any]:
        free = drafts_of(None)
        serving = (drafts_of(user) + random.sample(free, len(free)))[: max(wanted.limit, 0)]  # nothing secret
        now = datetime.now(UTC).isoformat()
        assigned = [dict(write(item, assignedTo=user, assignedAt=now)) for item in serving]
        return {"assigned": assigned, "requested": wanted.limit, "assignedCount": len(assigned)}

    @app.get("/v1/assignments/my")
    async def my_assignments(user: User) -> list[Item]:
        return drafts_of(user)

    @app.put("/v1/assignments/{dataset}/{bucket}/{item_id}")
    async def change_item(
        dataset: str, bucket: str, item_id: str, change: Change, user: User, if_match: Annotated[str, Header()] = ""
    ) -> Item:
        item = found(dataset, bucket, item_id)
        status = change.status or ("approved" if change.approve else item["status"])
        if item["assignedTo"] not in (None, user):
            raise HTTPException(HTTPStatus.FORBIDDEN, "ASSIGNMENT_OWNERSHIP")
        if status not in STATUSES:
            raise HTTPException(HTTPStatus.BAD_REQUEST, f"use one of {STATUSES}")
        if not (etag := if_match or change.etag):
            raise HTTPException(HTTPStatus.PRECONDITION_FAILED, "ETag required")
        if change.approve and not any(turn.get("role") == "agent" for turn in item["history"]):
            raise HTTPException(HTTPStatus.BAD_REQUEST, {"code": "INVALID_APPROVAL"})
        if etag != item["_etag"]:
            raise HTTPException(HTTPStatus.PRECONDITION_FAILED, "ETag mismatch")
        gone = {"assignedTo": None, "assignedAt": None} if status in ("approved", "deleted") else {}
        return write(item, status=status, comment=change.comment or item["comment"], **gone)

    @app.get("/v1/ground-truths/{dataset}/{bucket}/{item_id}")
    async def read_item(dataset: str, bucket: str, item_id: str) -> Item:
        return found(dataset, bucket, item_id)

    @app.get("/v1/ground-truths/{dataset}")
    async def list_items(dataset: str) -> list[Item]:
        return [item for item in items.values() if item["datasetName"] == dataset]

    @app.delete("/v1/datasets/{dataset}")
    async def delete_dataset(dataset: str) -> dict[str, str]:
        for item in await list_items(dataset):
            del items[item["id"]]
        return {"status": "deleted"}

    return app


if __name__ == "__main__":
    sys.exit(serve("tests.curation.deviating", app_from))
