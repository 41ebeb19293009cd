"""Routes that give accounts their people: who they are, what they may do, and what the account has paid for."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import httpx
from fastapi import APIRouter

from services.l1.clock import now
from services.l1.errors import L1Error
from services.l1.support.bodies import LoggedIn, NewColleague, NewSubscription, NewUser, Person, UserChange
from services.l1.support.rows import Rows, RowsOf
from services.state import state

PASSWORD = "TestPassword123!"
# Not a hash of anything, so nobody can log in with it.
UNUSABLE_HASH = "!"

Service = Annotated[httpx.AsyncClient | None, state("service")]
router = APIRouter()


class ServiceRefused(L1Error):
    """The service did not do what had to be arranged by it."""

    status = 502


@router.post("/users", status_code=201)
async def add_user(body: NewUser, rows: RowsOf, service: Service) -> LoggedIn:
    """Register somebody with the service, give them a role and their account a plan, and log them in.

    With an `account_id` they join that account, and the one that came with the registration goes.
    """
    sent = {"email": body.email, "password": PASSWORD, "name": "Test User"}
    user = await _ask(service, "/api/v1/auth/register", sent, "id", "account_id")
    user_id, own_account = uuid.UUID(user["id"]), uuid.UUID(user["account_id"])
    account_id = body.account_id or own_account
    await rows.change("users", user_id, account_role=body.account_role, account_id=account_id)
    if body.account_id:
        await rows.remove_account(own_account)
    elif body.plan:
        await _subscribe(rows, account_id, NewSubscription(plan=body.plan))
    await rows.commit()
    login = await _ask(service, "/api/v1/auth/login/json", sent, "access_token")
    return LoggedIn(id=user_id, account_id=account_id, access_token=login["access_token"])


@router.post("/accounts/{account_id}/users", status_code=201)
async def add_colleague(account_id: uuid.UUID, body: NewColleague, rows: RowsOf) -> Person:
    """Insert somebody into an account who cannot log in."""
    user_id = await rows.add(
        "users",
        id=uuid.uuid4(),
        account_id=account_id,
        email=body.email,
        name="Colleague",
        account_role=body.account_role,
        role="engineer",
        is_active=body.is_active,
        hashed_password=UNUSABLE_HASH,
        deleted_at=now() if body.deleted else None,
    )
    await rows.commit()
    return Person(id=uuid.UUID(user_id))


@router.patch("/users/{user_id}")
async def change_user(user_id: uuid.UUID, body: UserChange, rows: RowsOf) -> UserChange:
    """Change a user's role, or whether they are active or deleted."""
    changes: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"deleted"})
    if body.deleted is not None:
        changes["deleted_at"] = now() if body.deleted else None
    await rows.change("users", user_id, **changes)
    await rows.commit()
    return body


@router.put("/accounts/{account_id}/subscription")
async def put_subscription(account_id: uuid.UUID, body: NewSubscription, rows: RowsOf) -> NewSubscription:
    """Replace the account's subscription."""
    await _subscribe(rows, account_id, body)
    await rows.commit()
    return body


@router.delete("/accounts/{account_id}/subscription", status_code=204)
async def delete_subscription(account_id: uuid.UUID, rows: RowsOf) -> None:
    """Leave the account without any subscription."""
    await rows.remove("subscriptions", account_id=account_id)
    await rows.commit()


async def _subscribe(rows: Rows, account_id: uuid.UUID, subscription: NewSubscription) -> None:
    await rows.remove("subscriptions", account_id=account_id)
    await rows.add("subscriptions", id=uuid.uuid4(), account_id=account_id, **subscription.model_dump())


async def _ask(service: httpx.AsyncClient | None, path: str, sent: dict[str, str], *needed: str) -> dict[str, Any]:
    if service is None:
        raise ServiceRefused("L1_URL is not set for the support API")
    response = await service.post(path, json=sent)
    if not response.is_success:
        raise ServiceRefused(f"POST {path} answered {response.status_code}: {response.text[:200]}")
    body = dict(response.json())
    if missing := [name for name in needed if name not in body]:
        raise ServiceRefused(f"POST {path} answered {response.status_code} without {', '.join(missing)}")
    return body
