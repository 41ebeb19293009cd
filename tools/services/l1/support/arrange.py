"""Routes that put walks and flows into the database, and take sessions and accounts out of it."""

from __future__ import annotations

import uuid
from datetime import timedelta

from fastapi import APIRouter

from services.l1.clock import now
from services.l1.errors import NotFound
from services.l1.support.bodies import Created, Left, NewFlow, NewSessions
from services.l1.support.rows import RowsOf

router = APIRouter()


@router.post("/accounts/{account_id}/sessions", status_code=201)
async def add_sessions(account_id: uuid.UUID, body: NewSessions, rows: RowsOf) -> Created:
    """Insert sessions whose times lie in the past; columns that have a default keep it, as in a row written by hand."""
    at = now()
    ids = [
        await rows.add(
            "l1_walk_sessions",
            id=uuid.uuid4(),
            account_id=account_id,
            created_by_user_id=body.created_by_user_id,
            ticket_id=str(uuid.uuid4()),
            ticket_kind="internal",
            session_kind=times.session_kind,
            status=times.status,
            started_at=at - timedelta(seconds=times.started_s_ago),
            last_step_at=at - timedelta(seconds=times.last_step_s_ago),
        )
        for times in body.sessions
    ]
    await rows.commit()
    return Created(ids=[uuid.UUID(one) for one in ids])


@router.post("/accounts/{account_id}/flows", status_code=201)
async def add_flow(account_id: uuid.UUID, body: NewFlow, rows: RowsOf) -> Created:
    """Insert a flow."""
    flow_id = await rows.add("flows", id=uuid.uuid4(), account_id=account_id, **body.model_dump())
    await rows.commit()
    return Created(ids=[uuid.UUID(flow_id)])


@router.delete("/sessions/{session_id}", status_code=204)
async def delete_session(session_id: uuid.UUID, rows: RowsOf) -> None:
    """Delete the session's row and no other; what goes with it goes by the schema's own rules."""
    if not await rows.remove("l1_walk_sessions", id=session_id):
        raise NotFound("session_not_found")
    await rows.commit()


@router.delete("/accounts/{account_id}")
async def delete_account(account_id: uuid.UUID, rows: RowsOf) -> Left:
    """Delete an account and everything in it; returns what is there all the same."""
    await rows.remove_account(account_id)
    await rows.commit()
    return Left(left=await rows.count_of_account(account_id))
