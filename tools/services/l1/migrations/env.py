"""What Alembic runs around the revisions: it uses the connection it is handed, inside its transaction."""

from __future__ import annotations

from alembic import context

from services.l1.tables import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
context.run_migrations()
