"""Opening an account and logging in; the only routes that need no token."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from services.l1.access import SettingsOf
from services.l1.clock import now
from services.l1.database import Database
from services.l1.errors import Conflict, NotAuthenticated
from services.l1.features.categories import CATEGORIES
from services.l1.fields import FromRow, NonBlank, StoredText
from services.l1.passwords import hash_password, is_password
from services.l1.tables import Account, Subscription, User
from services.l1.tokens import issue_token

Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254), AfterValidator(str.lower)
]
AccountRole = Literal["owner", "admin", "engineer", "l1_tech", "viewer"]

router = APIRouter(prefix="/auth", tags=["auth"])


class RegisterRequest(BaseModel):
    """A new account, by the person who will own it."""

    email: Email
    password: Annotated[StoredText, Field(min_length=8, max_length=1024)]
    name: NonBlank


class UserResponse(FromRow):
    """A user as others may see them."""

    id: uuid.UUID
    account_id: uuid.UUID
    email: str
    name: str
    account_role: str


class LoginRequest(BaseModel):
    """Credentials."""

    email: Email
    password: Annotated[str, Field(max_length=1024)]


class TokenResponse(BaseModel):
    """What later calls send as `Authorization: Bearer ...`."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"


@router.post("/register", status_code=201, response_model=UserResponse)
async def register(body: RegisterRequest, db: Database) -> User:
    """Open an account on the free plan, with every category on and the registrant as its owner.

    Raises:
        Conflict: somebody has this e-mail already.
    """
    hashed_password = await hash_password(body.password)
    account = Account(l1_enabled_categories=list(CATEGORIES))
    db.add(account)
    await db.flush()
    user = User(
        email=body.email,
        name=body.name,
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


@router.post("/login/json")
async def login(body: LoginRequest, db: Database, settings: SettingsOf) -> TokenResponse:
    """Exchange credentials for an access token.

    Raises:
        NotAuthenticated: unknown e-mail, wrong password, or a user who is inactive or deleted.
    """
    user = await db.scalar(select(User).where(User.email == body.email))
    if user is None or not user.can_sign_in or not await is_password(user.hashed_password, body.password):
        raise NotAuthenticated("wrong_credentials")
    return TokenResponse(access_token=issue_token(user.id, settings.l1_jwt_secret, now()))
