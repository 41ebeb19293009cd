"""Rows of the table of events, in the order in which they were written."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

from services.coordinator.ids import as_text, now
from services.coordinator.support.bench import BenchOf

OPERATOR = "operator"

router = APIRouter()

_COLUMNS = "id, file_name, base_name, content_md5, status, instance_id, attempt_no, message, correlation_id, created_at"


class Row(BaseModel):
    id: str
    file_name: str
    base_name: str
    content_md5: str
    status: str
    instance_id: str
    attempt_no: int
    message: str | None
    correlation_id: str | None
    created_at: str


class Rows(BaseModel):
    rows: list[Row]


class Decision(BaseModel):
    """What an operator decides about a file, outside any run."""

    path: str
    status: Literal["ops_closed", "ops_rejected"]
    message: str


@router.get("/rows")
async def list_rows(bench: BenchOf, path: str | None = None) -> Rows:
    """List all rows, or those of exactly one file, by created_at and id."""
    query = (
        f"SELECT {_COLUMNS} FROM coordinator_control WHERE $1::text IS NULL OR file_name = $1 ORDER BY created_at, id"
    )
    async with bench.database.transaction() as connection:
        found = await connection.fetch(query, None if path is None else bench.unc(path))
    return Rows(rows=[_row(dict(record)) for record in found])


@router.delete("/rows")
async def delete_rows(path: str, bench: BenchOf) -> dict[str, int]:
    """Delete the rows of exactly one file; answers how many there were."""
    async with bench.database.transaction() as connection:
        done = await connection.execute("DELETE FROM coordinator_control WHERE file_name = $1", bench.unc(path))
    return {"deleted": int(done.split()[-1])}


@router.post("/rows/decisions", status_code=HTTPStatus.CREATED)
async def decide(decision: Decision, bench: BenchOf) -> Row:
    """Add the row an operator's decision makes: like the file's latest, with the new status and message."""
    latest = (
        f"SELECT {_COLUMNS} FROM coordinator_control WHERE file_name = $1 ORDER BY created_at DESC, id DESC LIMIT 1"
    )
    async with bench.database.transaction() as connection:
        found = await connection.fetchrow(latest, bench.unc(decision.path))
        if found is None:
            raise HTTPException(HTTPStatus.NOT_FOUND, f"no row of {decision.path!r}")
        row = dict(found) | {
            "id": bench.ids.new(),
            "status": decision.status,
            "instance_id": OPERATOR,
            "message": decision.message,
            "created_at": now(),
        }
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        await connection.execute(f"INSERT INTO coordinator_control ({_COLUMNS}) VALUES ({places})", *row.values())
    return _row(row)


def _row(record: dict[str, Any]) -> Row:
    return Row(**record | {"created_at": as_text(record["created_at"])})
