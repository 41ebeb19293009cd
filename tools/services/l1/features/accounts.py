"""Accounts and the people in them: registering, logging in, being recognised."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.errors import Conflict, NotAuthenticated
from services.l1.passwords import hash_password, is_password
from services.l1.schemas.auth import LoginRequest, RegisterRequest
from services.l1.schemas.categories import CATEGORIES
from services.l1.tables import Account, Subscription, User


async def register(db: AsyncSession, request: RegisterRequest) -> User:
    """Open an account on the free plan, with every category on and the registrant as its owner.

    Raises:
        Conflict: somebody has this e-mail already.
    """
    hashed_password = await hash_password(request.password)
    account = Account(l1_enabled_categories=list(CATEGORIES))
    db.add(account)
    await db.flush()
    user = User(
        email=request.email,
        name=request.name,
        account_id=account.id,
        account_role="owner",
        hashed_password=hashed_password,
    )
    db.add_all([user, Subscription(account_id=account.id, plan="free", status="active")])
    try:
        await db.commit()
    except IntegrityError as error:
        raise Conflict("email_taken") from error
    return user


async def authenticate(db: AsyncSession, request: LoginRequest) -> User:
    """Return the user these credentials belong to.

    Raises:
        NotAuthenticated: unknown e-mail, wrong password, or a user who is inactive or deleted.
    """
    user = await db.scalar(select(User).where(User.email == request.email))
    if user is None or not user.can_sign_in or not await is_password(user.hashed_password, request.password):
        raise NotAuthenticated("wrong_credentials")
    return user


async def find_present_user(db: AsyncSession, user_id: uuid.UUID) -> User | None:
    """Return the user as the database has them now, or None if they are gone, inactive or deleted."""
    user = await db.get(User, user_id)
    return user if user is not None and user.can_sign_in else None


async def has_l1(db: AsyncSession, account_id: uuid.UUID) -> bool:
    """Say whether the account's subscription covers this service."""
    subscription = await db.scalar(select(Subscription).where(Subscription.account_id == account_id))
    return subscription is not None and subscription.includes_l1
