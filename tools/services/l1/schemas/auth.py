"""Registration and login."""

from __future__ import annotations

import uuid
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from services.l1.fields import FromRow, NonBlank, StoredText

Email = Annotated[
    str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=254), AfterValidator(str.lower)
]
AccountRole = Literal["owner", "admin", "engineer", "l1_tech", "viewer"]


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
