"""Registering and logging in; the only routes that need no token."""

from __future__ import annotations

from fastapi import APIRouter

from services.l1.access import Database, Shared
from services.l1.clock import now
from services.l1.features import accounts
from services.l1.schemas.auth import LoginRequest, RegisterRequest, TokenResponse, UserResponse
from services.l1.tokens import issue_token

router = APIRouter(prefix="/auth", tags=["auth"])


@router.post("/register", status_code=201)
async def register(body: RegisterRequest, db: Database) -> UserResponse:
    """Open an account."""
    return UserResponse.model_validate(await accounts.register(db, body))


@router.post("/login/json")
async def login(body: LoginRequest, db: Database, shared: Shared) -> TokenResponse:
    """Exchange credentials for an access token."""
    user = await accounts.authenticate(db, body)
    return TokenResponse(access_token=issue_token(user.id, shared.settings.l1_jwt_secret, now()))
