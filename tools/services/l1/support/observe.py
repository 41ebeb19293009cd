"""Routes that show what the service has left behind: in its tables, in its log, and with the language model."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import text

from services.l1.errors import NotFound
from services.l1.support import language_model
from services.l1.support.log import WarningsOf
from services.l1.support.rows import Row, RowsOf
from services.l1.support.settings import Settings
from services.state import state

# By what the rows of a table are ordered; rows of one instant come by the e-mail address of their user.
ORDERED_BY: Mapping[str, str] = {"flows": "title", "l1_walk_sessions": "started_at", "users": "email"}
USUAL_ORDER = "created_at"

INDEXES = text(
    "SELECT class.relname AS name, pg_get_indexdef(index.indexrelid) AS definition,"
    " pg_get_expr(index.indpred, index.indrelid) AS condition"
    " FROM pg_index index JOIN pg_class class ON class.oid = index.indexrelid"
    " WHERE index.indrelid = to_regclass(:table) ORDER BY class.relname"
)

MaybeModel = Annotated[httpx.AsyncClient | None, state("llm")]

router = APIRouter()


class RowList(BaseModel):
    """Rows of one table, column by column."""

    rows: list[Row]


class Limits(BaseModel):
    """What the service is set to; null where the support API has not been told."""

    ai_max_depth: int | None


@router.post("/start", status_code=204)
async def start(llm: MaybeModel, warnings: WarningsOf) -> None:
    """Begin a test: the stand-in model works and has been asked nothing, and nothing was warned of."""
    warnings.begin()
    with suppress(httpx.HTTPError):  # a test that needs the stand-in finds out
        if llm:
            await language_model.reset(llm)


@router.get("/afterwards")
async def show_all(
    account_id: Annotated[list[uuid.UUID], Query(default_factory=list)],
    rows: RowsOf,
    llm: MaybeModel,
    warnings: WarningsOf,
) -> dict[str, Any]:
    """Show everything that a test's accounts hold, what the model was asked, and what was warned of.

    Columns that are null are left out, and so is the account's id in its own rows.
    """
    asked, warned = [], []
    with suppress(httpx.HTTPError):
        asked = (await language_model.list_events(llm)).events if llm else []
    with suppress(NotFound):
        warned = warnings.lines()
    accounts = []
    for one in account_id:
        tables = await rows.of_account(one)
        emails = {user["id"]: user["email"] for user in tables.get("users", [])}
        accounts.append({name: _brief(_ordered(name, found, emails)) for name, found in sorted(tables.items())})
    return {"accounts": accounts, "model": asked, "warnings": warned}


@router.get("/accounts/{account_id}/{table}")
async def list_rows(account_id: uuid.UUID, table: str, rows: RowsOf) -> RowList:
    """List an account's rows of a table, oldest first."""
    found = await rows.find(table, account_id=account_id)
    emails = {user["id"]: user["email"] for user in await rows.find("users", account_id=account_id)}
    return RowList(rows=_ordered(table, found, emails))


@router.get("/indexes/{table}")
async def list_indexes(table: str, rows: RowsOf) -> RowList:
    """List the indexes of a table: name, definition, and the condition of those that are partial."""
    found = await rows.connection.execute(INDEXES, {"table": table})
    return RowList(rows=[dict(index) for index in found.mappings()])


@router.get("/limits")
async def show_limits(settings: Annotated[Settings, state("settings")]) -> Limits:
    """Show what the service is set to."""
    return Limits(ai_max_depth=settings.l1_ai_max_depth)


@router.get("/warnings")
async def list_warnings(warnings: WarningsOf) -> dict[str, list[str]]:
    """List what the service has warned of since the test began."""
    return {"lines": warnings.lines()}


def _ordered(table: str, rows: list[Row], emails: Mapping[str, str]) -> list[Row]:
    column = ORDERED_BY.get(table, USUAL_ORDER)
    return sorted(rows, key=lambda row: (str(row.get(column)), emails.get(str(row.get("user_id")), "")))


def _brief(rows: list[Row]) -> list[Row]:
    return [{name: value for name, value in row.items() if value is not None and name != "account_id"} for row in rows]
