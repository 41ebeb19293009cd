"""What the use-case plan leaves open, used: LIBERTIES=<seed> decides how the service answers and hands out.

    the order of hand-out, of the items of an answer, and of a user's list
    the etag of an item: etag, _etag or both; of one item: in the body, in the header or in both
    how an import, an update (its item, or only the new etag) and a removal answer; whether an answer is echoed
    `assigned`: whole items, or rows as a user's list has them
    the envelope of an error; 412, 428 or 409 for If-Match; fields that nobody asked for; answers up to 30 ms late

A user's rows keep their six names, whatever stands beside them. Without a seed nothing here is installed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

from fastapi import FastAPI, Request, Response

from services.curation.models import Item
from services.curation.store import Store
from services.liberties import Liberties

Json = dict[str, Any]

_ALL = 1_000_000
_BODILESS = {"content-length", "etag"}


def any_order(store: Store, free: Liberties) -> Store:
    """Return the store, whose candidates come in the order of the seed."""
    return store if free.liberties is None else cast(Store, _AnyOrder(store, free))


def install(app: FastAPI, free: Liberties) -> None:
    """Let `app` answer as the seed decides."""
    if free.liberties is None:
        return
    spoken = _Spoken(free)
    delays_ms = itertools.cycle(free.order("delays", range(31)))

    @app.middleware("http")
    async def answer(request: Request, call_next: Callable[[Request], Any]) -> Response:
        await asyncio.sleep(next(delays_ms) / 1000)
        response = await call_next(request)
        body = b"".join([chunk async for chunk in response.body_iterator])
        headers = {name: value for name, value in response.headers.items() if name not in _BODILESS}
        etag = response.headers.get("etag")
        status, told = response.status_code, json.loads(body)
        if status >= HTTPStatus.BAD_REQUEST:
            status, told = spoken.refusal(status, told)
        elif request.method == "DELETE":
            status, told = spoken.removal, None
        elif request.method == "POST" and "imported" in told:
            told = spoken.imported(told)
        elif etag:
            told, etag = spoken.one_item(told, etag, updated=request.method == "PUT")
        else:
            told = spoken.several(told)
        content = b"" if told is None else json.dumps(told).encode()
        return Response(content, status, headers | ({"ETag": etag} if etag else {}))


class _AnyOrder:
    """A store that is asked for all candidates, and gives the first ones in another order."""

    def __init__(self, store: Store, free: Liberties) -> None:
        self._store, self._free = store, free

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def candidates(self, count: int) -> list[Item]:
        return self._free.order("hand-out", await self._store.candidates(_ALL))[:count]


class _Spoken:
    """How one seed has the service put things."""

    def __init__(self, free: Liberties) -> None:
        self._free = free
        self.removal = free.one_of("removal", HTTPStatus.OK, HTTPStatus.NO_CONTENT)
        self._envelope = free.one_of("envelope", "error", "detail", "code")
        self._if_match = free.one_of("if-match", HTTPStatus.PRECONDITION_FAILED, 428, 409)
        self._etag_names = free.one_of("etag names", ("etag",), ("_etag",), ("etag", "_etag"))
        self._etag_place = free.one_of("etag place", "both", "header", "body")
        self._updated = free.one_of("updated", "item", "etag")
        self._import = free.one_of("import", "whole", "short")
        self._assigned = free.one_of("assigned", "items", "rows")
        self._echoed = free.one_of("answer", "echoed", "kept")
        self._more: Json = free.one_of("more fields", {}, {"schemaVersion": "v2", "scores": [0.5], "owner": None})

    def refusal(self, status: int, told: Json) -> tuple[int, Json]:
        code = told["error"]["code"]
        shapes: dict[str, Json] = {"error": told, "detail": {"detail": code}, "code": {"detail": {"code": code}}}
        return (self._if_match if code.startswith("ETAG_") else status), shapes[self._envelope]

    def imported(self, told: Json) -> Json:
        return told | self._more if self._import == "whole" else {"count": told["imported"]}

    def one_item(self, told: Json, etag: str, updated: bool) -> tuple[Json, str | None]:
        item = self._item(told)
        if updated and self._updated == "etag":
            item = {name: item[name] for name in self._etag_names}
        if self._etag_place == "header":
            item = {name: value for name, value in item.items() if name not in ("etag", "_etag")}
        return item, None if self._etag_place == "body" else etag

    def several(self, told: Any) -> Any:
        if isinstance(told, list):
            return self._free.order("list", [self._item(one) if isinstance(one, dict) else one for one in told])
        if "assigned" not in told:
            return told
        assigned = [self._item(one) for one in told["assigned"]]
        if self._assigned == "rows":
            assigned = [_row(one) for one in told["assigned"]]
        return told | self._more | {"assigned": self._free.order("assigned", assigned)}

    def _item(self, told: Json) -> Json:
        if "datasetName" not in told:  # a row of a user's list
            return told | self._more
        item = {name: value for name, value in told.items() if name != "etag"}
        if self._echoed == "kept":
            item.pop("answer")
        return item | dict.fromkeys(self._etag_names, told["etag"]) | self._more


def _row(item: Json) -> Json:
    fields = ("id", "bucket", "status", "etag", "assignedAt")
    return {name: item[name] for name in fields} | {"dataset": item["datasetName"]}
