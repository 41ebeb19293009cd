"""The audit log."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.l1.tables import AuditLog, User


def record(db: AsyncSession, user: User, action: str, target_id: uuid.UUID, at: datetime) -> None:
    """Add a row that says who did what; it is committed with the deed itself."""
    db.add(AuditLog(account_id=user.account_id, user_id=user.id, action=action, target_id=target_id, created_at=at))
