"""The support API's rows: whoever made the tables, what is arranged is stored and what is stored is shown."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text

from services.l1.clock import now
from services.l1.database import create_engine
from services.l1.errors import Conflict, NotFound
from services.l1.support.rows import Catalogue, Rows
from stack import postgres

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

# As somebody else could have made them: ids as text, times without a zone, columns that nobody here knows.
TABLES = """
CREATE TABLE users (id varchar PRIMARY KEY, account_id varchar NOT NULL, email varchar UNIQUE NOT NULL,
  hashed_password varchar NOT NULL, deleted_at timestamp, seats int NOT NULL, theme varchar NOT NULL,
  settings jsonb NOT NULL, verified boolean NOT NULL, joined_at timestamp NOT NULL);
CREATE TABLE l1_walk_sessions (id uuid PRIMARY KEY, account_id uuid NOT NULL, status varchar NOT NULL);
CREATE TABLE flow_proposals (id uuid PRIMARY KEY, l1_session_id uuid NOT NULL REFERENCES l1_walk_sessions (id));
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres.running({name: value for name, value in os.environ.items() if name != "DATABASE_URL"}) as added:
        yield added["DATABASE_URL"]


@pytest.fixture
async def rows(url: str) -> AsyncIterator[Rows]:
    engine = create_engine(url)
    async with engine.connect() as connection:
        for statement in TABLES.split(";")[:-1]:
            await connection.execute(text(statement))
        yield Rows(Catalogue(engine), connection)
        await connection.rollback()
    await engine.dispose()


async def test_a_foreign_schema_is_filled_and_shown(rows: Rows) -> None:
    """Values have the type of their column, needed ones are made up, and those without a column are left out."""
    user_id, account_id = uuid.uuid4(), uuid.uuid4()

    await rows.add("users", id=user_id, account_id=account_id, email="a@b", deleted_at=now(), nickname="A")
    await rows.change("users", user_id, theme="dark")

    [shown] = (await rows.of_account(account_id))["users"]
    assert (shown["id"], shown["account_id"], shown["theme"]) == (str(user_id), str(account_id), "dark")
    assert (shown["seats"], shown["settings"], shown["verified"]) == (0, {}, False)
    assert "hashed_password" not in shown
    assert "nickname" not in shown


async def test_an_account_goes_with_what_hangs_on_it(rows: Rows) -> None:
    """Rows that name no account go with the session they name; another account's stay."""
    own, other = uuid.uuid4(), uuid.uuid4()
    for account_id in (own, other):
        session = await rows.add("l1_walk_sessions", id=uuid.uuid4(), account_id=account_id, status="active")
        await rows.add("flow_proposals", id=uuid.uuid4(), l1_session_id=session)

    await rows.remove_account(own)

    assert await rows.count_of_account(own) == {}
    assert await rows.count_of_account(other) == {"l1_walk_sessions": 1, "flow_proposals": 1}


async def test_what_is_not_there_is_said(rows: Rows) -> None:
    """A table, a column, a row: none of them is taken for an empty answer."""
    with pytest.raises(NotFound, match="no_table_audit_logs"):
        await rows.find("audit_logs", account_id=uuid.uuid4())
    with pytest.raises(NotFound, match=r"no_column_users\.role"):
        await rows.change("users", uuid.uuid4(), role="admin")
    with pytest.raises(NotFound, match="not_in_users"):
        await rows.change("users", uuid.uuid4(), theme="dark")


async def test_a_constraint_refuses(rows: Rows) -> None:
    """With the words of the database."""
    session = await rows.add("l1_walk_sessions", id=uuid.uuid4(), account_id=uuid.uuid4(), status="active")
    await rows.add("flow_proposals", id=uuid.uuid4(), l1_session_id=session)

    with pytest.raises(Conflict, match="flow_proposals"):
        await rows.remove("l1_walk_sessions", id=session)
