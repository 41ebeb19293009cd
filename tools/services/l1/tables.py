"""The tables: accounts and their people, tickets, flows, walk sessions and what these leave behind."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, ForeignKey, Index, MetaData, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

EMPTY_LIST = text("'[]'::jsonb")

Json = dict[str, Any]

# Who may change the account, who may be handed a problem, who may walk one. A viewer may do none of these.
MANAGING_ROLES = ("owner", "admin")
ESCALATION_ROLES = (*MANAGING_ROLES, "engineer")
WALKING_ROLES = (*ESCALATION_ROLES, "l1_tech")


class Base(DeclarativeBase):
    """What all tables share: named constraints, and one column type for each Python type."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        datetime: DateTime(timezone=True),
        Json: JSONB(none_as_null=True),
        list[Json]: JSONB(),
        list[str]: JSONB(),
    }


class Account(Base):
    """A customer of the service: everything else belongs to exactly one."""

    __tablename__ = "accounts"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    l1_enabled_categories: Mapped[list[str]]


class User(Base):
    """Somebody who can log in, and what they may do."""

    __tablename__ = "users"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    account_role: Mapped[str]
    # Older than account_role and still filled; nothing here decides by it.
    role: Mapped[str] = mapped_column(server_default="engineer")
    is_active: Mapped[bool] = mapped_column(server_default=text("true"))
    hashed_password: Mapped[str]
    deleted_at: Mapped[datetime | None]

    @property
    def can_sign_in(self) -> bool:
        """Whether the user counts as present: active, and not deleted."""
        return self.is_active and self.deleted_at is None

    @property
    def can_manage_account(self) -> bool:
        """Whether the user may change what the whole account sees. Nothing else decides owner-or-admin."""
        return self.account_role in MANAGING_ROLES

    @property
    def can_take_escalations(self) -> bool:
        """Whether an escalation may land on this user's desk."""
        return self.account_role in ESCALATION_ROLES

    @property
    def can_walk(self) -> bool:
        """Whether the user may take in problems and walk them."""
        return self.account_role in WALKING_ROLES


class Subscription(Base):
    """What an account pays for; it has at most one."""

    __tablename__ = "subscriptions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), unique=True)
    plan: Mapped[str]
    status: Mapped[str]

    @property
    def includes_l1(self) -> bool:
        """Whether the plan is paid for and running."""
        return self.status == "active" and self.plan != "free"


class InternalTicket(Base):
    """The record of a customer's problem; it outlives the walk."""

    __tablename__ = "internal_tickets"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    created_by_user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    problem_statement: Mapped[str]
    customer_name: Mapped[str | None]
    customer_contact: Mapped[str | None]
    status: Mapped[str] = mapped_column(server_default="open")
    created_at: Mapped[datetime]


class Flow(Base):
    """A decision tree somebody wrote; it is walked only when published."""

    __tablename__ = "flows"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    title: Mapped[str]
    keywords: Mapped[list[str]]
    status: Mapped[str]
    tree: Mapped[Json]


class L1WalkSession(Base):
    """One walk: what was asked and answered so far, and what is being asked now."""

    __tablename__ = "l1_walk_sessions"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"))
    created_by_user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"), index=True)
    # A string without a foreign key: the ticket may live in another system.
    ticket_id: Mapped[str]
    ticket_kind: Mapped[str]
    session_kind: Mapped[str]
    status: Mapped[str]
    flow_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("flows.id"))
    category: Mapped[str | None]
    problem_text: Mapped[str | None]
    pending_node: Mapped[Json | None]
    walked_path: Mapped[list[Json]] = mapped_column(server_default=EMPTY_LIST)
    walk_notes: Mapped[list[Json]] = mapped_column(server_default=EMPTY_LIST)
    helpful: Mapped[bool | None]
    resolution_notes: Mapped[str | None]
    escalation_reason_category: Mapped[str | None]
    escalation_reason: Mapped[str | None]
    started_at: Mapped[datetime]
    last_step_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        Index(
            "ix_l1_walk_sessions_escalated",
            account_id,
            escalated_at.desc(),
            postgresql_where=text("status = 'escalated'"),
        ),
    )


class FlowProposal(Base):
    """A walk that helped, offered as the draft of a flow; it goes when its session goes."""

    __tablename__ = "flow_proposals"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    l1_session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("l1_walk_sessions.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    category: Mapped[str | None]
    steps: Mapped[list[Json]]
    status: Mapped[str] = mapped_column(server_default="pending")
    created_at: Mapped[datetime]


class Notification(Base):
    """Something one user should look at."""

    __tablename__ = "notifications"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str]
    payload: Mapped[Json]
    created_at: Mapped[datetime]


class AuditLog(Base):
    """Who did what to which thing."""

    __tablename__ = "audit_logs"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("accounts.id"), index=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str]
    target_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
