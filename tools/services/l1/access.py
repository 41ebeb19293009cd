"""Who may call a route, and what a route is given.

A request is refused in this order: 401 without a present user, 403 by role, 402 by subscription, 422 by its
body. FastAPI resolves dependencies before it validates the body, so a gate is a dependency; only a body that
is no JSON at all is refused before any of this. Looking things up (404) and judging their state (400, 409) is
left to the features, which run last.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import select

from services.l1.database import Database
from services.l1.errors import Forbidden, NotAuthenticated, SubscriptionRequired
from services.l1.freedoms import Freedoms
from services.l1.llm import LLMClient
from services.l1.settings import Settings
from services.l1.tables import Subscription, User
from services.l1.tokens import parse_token
from services.state import state

SettingsOf = Annotated[Settings, state("settings")]
ModelOf = Annotated[LLMClient, state("llm")]
FreedomsOf = Annotated[Freedoms, state("freedoms")]
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def _current_user(db: Database, settings: SettingsOf, credentials: Credentials) -> User:
    """Return the user the token names, as the database has them now: a changed role counts at once."""
    if credentials is None:
        raise NotAuthenticated("not_authenticated")
    user_id = parse_token(credentials.credentials, settings.l1_jwt_secret)
    user = await db.get(User, user_id) if user_id else None
    if user is None or not user.can_sign_in:
        raise NotAuthenticated("invalid_token")
    return user


CurrentUser = Annotated[User, Depends(_current_user)]


def _gate(may_pass: Callable[[User], bool]) -> Callable[..., Coroutine[Any, Any, User]]:
    """Make the dependency that lets users through by role, then by their account's subscription."""

    async def check(user: CurrentUser, db: Database) -> User:
        if not may_pass(user):
            raise Forbidden("role_not_allowed")
        subscription = await db.scalar(select(Subscription).where(Subscription.account_id == user.account_id))
        if subscription is None or not subscription.includes_l1:
            raise SubscriptionRequired("subscription_required")
        return user

    return check


require_walker = _gate(lambda user: user.can_walk)
require_escalation_taker = _gate(lambda user: user.can_take_escalations)
require_account_owner_or_admin = _gate(lambda user: user.can_manage_account)

Walker = Annotated[User, Depends(require_walker)]
EscalationTaker = Annotated[User, Depends(require_escalation_taker)]
OwnerOrAdmin = Annotated[User, Depends(require_account_owner_or_admin)]
