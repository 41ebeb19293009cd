"""Routes that show what the service left in its tables."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import Select, func, select
from sqlalchemy.orm import DeclarativeBase

from services.l1.clock import render_instant
from services.l1.database import Database
from services.l1.errors import NotFound
from services.l1.support.account import AccountId
from services.l1.tables import AuditLog, FlowProposal, InternalTicket, L1WalkSession, Notification, User

# Recipients told at one instant come by e-mail address, as the service finds them.
RECIPIENT = select(User.email.collate("C")).where(User.id == Notification.user_id).scalar_subquery()
# Oldest first.
ROWS: Mapping[str, Select[Any]] = {
    "audit_logs": select(AuditLog).order_by(AuditLog.created_at, AuditLog.id),
    "flow_proposals": select(FlowProposal).order_by(FlowProposal.created_at, FlowProposal.id),
    "internal_tickets": select(InternalTicket).order_by(InternalTicket.created_at, InternalTicket.id),
    "l1_walk_sessions": select(L1WalkSession).order_by(L1WalkSession.started_at, L1WalkSession.id),
    "notifications": select(Notification).order_by(Notification.created_at, RECIPIENT, Notification.id),
}

router = APIRouter()


class Rows(BaseModel):
    """Rows of one table, column by column."""

    count: int
    rows: list[dict[str, Any]]


@router.get("/counts")
async def count_rows(db: Database) -> dict[str, int]:
    """Count the rows of each table, whatever account they belong to."""
    counts = {}
    for name, query in ROWS.items():
        counts[name] = await db.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return counts


@router.get("/accounts/{account_id}/{table}")
async def list_rows(account_id: AccountId, table: str, db: Database) -> Rows:
    """List an account's rows of a table, oldest first."""
    if table not in ROWS:
        raise NotFound("table_not_found")
    query = ROWS[table].filter_by(account_id=account_id)
    rows = [_shown(row) for row in await db.scalars(query)]
    return Rows(count=len(rows), rows=rows)


def _shown(row: DeclarativeBase) -> dict[str, Any]:
    return {column.name: _value(getattr(row, column.name)) for column in row.__table__.columns}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return render_instant(value)
    return str(value) if isinstance(value, uuid.UUID) else value
