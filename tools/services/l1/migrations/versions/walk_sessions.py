"""Accounts, tickets, flows and walk sessions, with what these leave behind."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None

# Children first, so that dropping them in this order breaks no reference.
TABLES = (
    "audit_logs",
    "notifications",
    "flow_proposals",
    "l1_walk_sessions",
    "flows",
    "internal_tickets",
    "subscriptions",
    "users",
    "accounts",
)


def upgrade() -> None:
    """Create every table, parents first."""
    _create_people()
    _create_work()
    _create_sessions()
    _create_traces()


def downgrade() -> None:
    """Drop every table."""
    for table in TABLES:
        op.drop_table(table)


def _create_people() -> None:
    op.create_table("accounts", _id(), sa.Column("l1_enabled_categories", JSONB, nullable=False))
    op.create_table(
        "users",
        _id(),
        sa.Column("email", sa.Text, nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        _reference("account_id", "accounts", index=True),
        sa.Column("account_role", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False, server_default="engineer"),
        sa.Column("is_active", sa.Boolean, nullable=False, server_default=sa.true()),
        sa.Column("hashed_password", sa.Text, nullable=False),
        _instant("deleted_at", nullable=True),
    )
    op.create_table(
        "subscriptions",
        _id(),
        _reference("account_id", "accounts", unique=True),
        sa.Column("plan", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
    )


def _create_work() -> None:
    op.create_table(
        "internal_tickets",
        _id(),
        _reference("account_id", "accounts", index=True),
        _reference("created_by_user_id", "users"),
        sa.Column("problem_statement", sa.Text, nullable=False),
        sa.Column("customer_name", sa.Text),
        sa.Column("customer_contact", sa.Text),
        sa.Column("status", sa.Text, nullable=False, server_default="open"),
        _instant("created_at"),
    )
    op.create_table(
        "flows",
        _id(),
        _reference("account_id", "accounts", index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("keywords", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("tree", JSONB, nullable=False),
    )


def _create_sessions() -> None:
    empty_list = sa.text("'[]'::jsonb")
    op.create_table(
        "l1_walk_sessions",
        _id(),
        _reference("account_id", "accounts"),
        _reference("created_by_user_id", "users", index=True),
        sa.Column("ticket_id", sa.Text, nullable=False),
        sa.Column("ticket_kind", sa.Text, nullable=False),
        sa.Column("session_kind", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        _reference("flow_id", "flows", nullable=True),
        sa.Column("category", sa.Text),
        sa.Column("problem_text", sa.Text),
        sa.Column("pending_node", JSONB),
        sa.Column("walked_path", JSONB, nullable=False, server_default=empty_list),
        sa.Column("walk_notes", JSONB, nullable=False, server_default=empty_list),
        sa.Column("helpful", sa.Boolean),
        sa.Column("resolution_notes", sa.Text),
        sa.Column("escalation_reason_category", sa.Text),
        sa.Column("escalation_reason", sa.Text),
        _instant("started_at"),
        _instant("last_step_at"),
        _instant("resolved_at", nullable=True),
        _instant("escalated_at", nullable=True),
    )
    op.create_index(
        "ix_l1_walk_sessions_escalated",
        "l1_walk_sessions",
        ["account_id", sa.text("escalated_at DESC")],
        postgresql_where=sa.text("status = 'escalated'"),
    )


def _create_traces() -> None:
    op.create_table(
        "flow_proposals",
        _id(),
        _reference("account_id", "accounts", index=True),
        _reference("l1_session_id", "l1_walk_sessions", ondelete="CASCADE", index=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("category", sa.Text),
        sa.Column("steps", JSONB, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="pending"),
        _instant("created_at"),
    )
    op.create_table(
        "notifications",
        _id(),
        _reference("account_id", "accounts", index=True),
        _reference("user_id", "users"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        _instant("created_at"),
    )
    op.create_table(
        "audit_logs",
        _id(),
        _reference("account_id", "accounts", index=True),
        _reference("user_id", "users"),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("target_id", sa.Uuid, nullable=False),
        _instant("created_at"),
    )


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.Uuid, primary_key=True)


def _reference(
    name: str,
    table: str,
    *,
    ondelete: str | None = None,
    nullable: bool = False,
    unique: bool | None = None,
    index: bool | None = None,
) -> sa.Column[Any]:
    target = sa.ForeignKey(f"{table}.id", ondelete=ondelete)
    return sa.Column(name, sa.Uuid, target, nullable=nullable, unique=unique, index=index)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
