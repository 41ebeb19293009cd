"""The HTTP face: one function a route; actions.py does the work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Response

from services import health
from services.curation import actions, errors, freedoms
from services.curation.models import (
    AssignmentRow,
    Change,
    ImportResult,
    Item,
    Key,
    NewItem,
    SelfServeRequest,
    SelfServeResult,
    Status,
)
from services.curation.settings import store_from
from services.curation.store import Store
from services.liberties import Liberties
from services.state import state

ANONYMOUS = "anonymous"

router = APIRouter()


def app_from(environ: Mapping[str, str]) -> FastAPI:
    """Build the service over the store that the environment asks for; SettingsError if it asks for none."""
    free = Liberties.read(environ)
    store = freedoms.any_order(store_from(environ), free)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await store.open()
        try:
            yield
        finally:
            await store.close()

    app = FastAPI(title="Ground-truth curation", lifespan=lifespan)
    app.state.store = store
    app.include_router(health.router)
    app.include_router(router)
    errors.install(app)
    freedoms.install(app, free)
    return app


def _user(x_user_id: Annotated[str, Header()] = "") -> str:
    return x_user_id or ANONYMOUS


def _key(dataset: str, bucket: UUID, item_id: str) -> Key:
    return Key(dataset, str(bucket), item_id)


StoreOf = Annotated[Store, state("store")]
UserOf = Annotated[str, Depends(_user)]
KeyOf = Annotated[Key, Depends(_key)]
IfMatch = Annotated[str | None, Header()]


@router.post("/v1/ground-truths")
async def import_items(new_items: list[NewItem], store: StoreOf, user: UserOf) -> ImportResult:
    return await actions.import_items(store, new_items, user)


@router.get("/v1/ground-truths/{dataset}")
async def list_items(dataset: str, store: StoreOf, status: Status | None = None) -> list[Item]:
    return await store.items(dataset, status)


@router.get("/v1/ground-truths/{dataset}/{bucket}/{item_id}")
async def read_item(key: KeyOf, store: StoreOf, response: Response) -> Item:
    return _tagged(await actions.find(store, key), response)


@router.post("/v1/assignments/self-serve")
async def self_serve(wanted: SelfServeRequest, store: StoreOf, user: UserOf) -> SelfServeResult:
    return await actions.self_serve(store, wanted.limit, user)


@router.get("/v1/assignments/my")
async def my_assignments(store: StoreOf, user: UserOf) -> list[AssignmentRow]:
    return await actions.my_assignments(store, user)


@router.put("/v1/assignments/{dataset}/{bucket}/{item_id}")
async def change_item(
    key: KeyOf, change: Change, store: StoreOf, user: UserOf, response: Response, if_match: IfMatch = None
) -> Item:
    return _tagged(await actions.change_item(store, key, change, if_match, user), response)


@router.get("/v1/datasets")
async def list_datasets(store: StoreOf) -> list[str]:
    return await store.datasets()


@router.delete("/v1/datasets/{dataset}")
async def delete_dataset(dataset: str, store: StoreOf) -> dict[str, str]:
    await store.delete_dataset(dataset)
    return {"status": "deleted"}


def _tagged(item: Item, response: Response) -> Item:
    response.headers["ETag"] = item.etag
    return item
