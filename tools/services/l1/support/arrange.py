"""Routes that put the database into the state a test starts from."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from fastapi import APIRouter
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.clock import now
from services.l1.database import Database
from services.l1.errors import Conflict, NotFound
from services.l1.support import language_model
from services.l1.support.account import AccountId
from services.l1.support.bodies import (
    Created,
    NewFlow,
    NewSessions,
    NewSubscription,
    NewUser,
    SessionTimes,
    UserChange,
    UserRow,
)
from services.l1.support.language_model import LanguageModel
from services.l1.tables import Base, Flow, L1WalkSession, Subscription, User

# Not a hash of anything, so nobody can log in with it.
UNUSABLE_HASH = "!"

router = APIRouter()


@router.post("/reset", status_code=204)
async def reset(db: Database, llm: LanguageModel) -> None:
    """Delete every row of every table, and reset the stand-in model."""
    for table in reversed(Base.metadata.sorted_tables):
        await db.execute(delete(table))
    await db.commit()
    await language_model.reset(llm)


@router.patch("/users/{user_id}")
async def change_user(user_id: uuid.UUID, body: UserChange, db: Database) -> UserRow:
    """Change a user's role, or whether they are active or deleted."""
    user = await db.get(User, user_id)
    if user is None:
        raise NotFound("user_not_found")
    if body.account_role is not None:
        user.account_role = body.account_role
    if body.is_active is not None:
        user.is_active = body.is_active
    if body.deleted is not None:
        user.deleted_at = now() if body.deleted else None
    await db.commit()
    return _shown(user)


@router.post("/accounts/{account_id}/users", status_code=201)
async def add_user(account_id: AccountId, body: NewUser, db: Database) -> UserRow:
    """Add a user to an existing account."""
    user = User(
        account_id=account_id,
        hashed_password=UNUSABLE_HASH,
        deleted_at=now() if body.deleted else None,
        **body.model_dump(exclude={"deleted"}),
    )
    db.add(user)
    await _commit(db, "email_taken")
    return _shown(user)


@router.put("/accounts/{account_id}/subscription")
async def put_subscription(account_id: AccountId, body: NewSubscription, db: Database) -> NewSubscription:
    """Replace the account's subscription."""
    await db.execute(delete(Subscription).where(Subscription.account_id == account_id))
    db.add(Subscription(account_id=account_id, **body.model_dump()))
    await db.commit()
    return body


@router.delete("/accounts/{account_id}/subscription", status_code=204)
async def delete_subscription(account_id: AccountId, db: Database) -> None:
    """Leave the account without any subscription."""
    await db.execute(delete(Subscription).where(Subscription.account_id == account_id))
    await db.commit()


@router.post("/accounts/{account_id}/sessions", status_code=201)
async def add_sessions(account_id: AccountId, body: NewSessions, db: Database) -> Created:
    """Insert sessions whose times lie in the past."""
    at = now()
    rows = [_session(account_id, body.created_by_user_id, times, at) for times in body.sessions]
    db.add_all(rows)
    await _commit(db, "user_not_found")
    return Created(ids=[row.id for row in rows])


@router.post("/accounts/{account_id}/flows", status_code=201)
async def add_flow(account_id: AccountId, body: NewFlow, db: Database) -> Created:
    """Insert a flow."""
    flow = Flow(account_id=account_id, **body.model_dump())
    db.add(flow)
    await db.commit()
    return Created(ids=[flow.id])


@router.delete("/sessions/{session_id}", status_code=204)
async def delete_session(session_id: uuid.UUID, db: Database) -> None:
    """Delete the session's row and no other; what goes with it goes by the schema's own rules."""
    deleted = await db.execute(delete(L1WalkSession).where(L1WalkSession.id == session_id).returning(L1WalkSession.id))
    if deleted.first() is None:
        raise NotFound("session_not_found")
    await db.commit()


def _session(account_id: uuid.UUID, user_id: uuid.UUID, times: SessionTimes, at: datetime) -> L1WalkSession:
    """Fill only the columns that have no default, as a row written by hand would."""
    return L1WalkSession(
        id=uuid.uuid4(),
        account_id=account_id,
        created_by_user_id=user_id,
        ticket_id=str(uuid.uuid4()),
        ticket_kind="internal",
        session_kind=times.session_kind,
        status=times.status,
        started_at=at - timedelta(seconds=times.started_s_ago),
        last_step_at=at - timedelta(seconds=times.last_step_s_ago),
    )


def _shown(user: User) -> UserRow:
    return UserRow.model_validate({**vars(user), "deleted": user.deleted_at is not None})


async def _commit(db: AsyncSession, refusal: str) -> None:
    """Commit, or refuse with 409 if a constraint of the schema stands in the way."""
    try:
        await db.commit()
    except IntegrityError as error:
        raise Conflict(refusal) from error
