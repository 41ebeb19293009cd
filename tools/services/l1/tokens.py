"""Access tokens: signed JWTs that name a user and expire; roles are not in them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import jwt

ALGORITHM = "HS256"
LIFETIME = timedelta(hours=1)


def issue_token(user_id: uuid.UUID, secret: str, issued_at: datetime) -> str:
    """Sign a token for the user, good for an hour."""
    claims = {"sub": str(user_id), "iat": issued_at, "exp": issued_at + LIFETIME}
    return jwt.encode(claims, secret, ALGORITHM)


def parse_token(token: str, secret: str) -> uuid.UUID | None:
    """Return the user a token names, or None if it is forged, expired or malformed."""
    try:
        claims = jwt.decode(token, secret, [ALGORITHM], options={"require": ["sub", "exp"]})
        return uuid.UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError):
        return None
