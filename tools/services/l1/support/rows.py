"""Rows of the service's database, by what the database itself says of its tables.

The service's own models are not asked, so the service may be anybody's: of its tables only the names of tables and
columns have to be those of the plan. What a column needs and a test does not say is made up by its type.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    MetaData,
    Table,
    Uuid,
    and_,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.l1.clock import now, render_instant
from services.l1.errors import Conflict, NotFound
from services.state import state

Row = dict[str, Any]

# A hash of a password is new every time, and nobody's business.
HIDDEN = "hashed_password"
MADE_UP: Mapping[type, Any] = {str: "", bool: False, int: 0, float: 0.0, dict: {}, list: []}


class Catalogue:
    """The tables of a database, read when they are first needed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._metadata = MetaData()

    async def read(self, connection: AsyncConnection) -> Sequence[Table]:
        """All tables, those first that others refer to."""
        if not self._metadata.tables:
            await connection.run_sync(self._metadata.reflect)
        return self._metadata.sorted_tables

    async def table(self, connection: AsyncConnection, name: str) -> Table:
        """A table by its name, which may have come after the others.

        Raises:
            NotFound: the database has none of this name.
        """
        if name not in self._metadata.tables:
            await connection.run_sync(self._metadata.reflect)
        if name not in self._metadata.tables:
            raise NotFound(f"no_table_{name}")
        return self._metadata.tables[name]


class Rows:
    """Rows, over one connection; what is changed stays if it is committed."""

    def __init__(self, catalogue: Catalogue, connection: AsyncConnection) -> None:
        self._catalogue, self.connection = catalogue, connection

    async def find(self, name: str, /, **where: Any) -> list[Row]:
        """The rows of a table that have these values, in no order."""
        table = await self._catalogue.table(self.connection, name)
        found = await self.connection.execute(select(table).where(_has(table, where)))
        return [_shown(dict(row)) for row in found.mappings()]

    async def add(self, name: str, /, **values: Any) -> str:
        """Insert a row and return its id. Values for columns that the table does not have are left out."""
        table = await self._catalogue.table(self.connection, name)
        known = {column.name: _as_stored(column, values[column.name]) for column in table.c if column.name in values}
        made_up = {column.name: _made_up(column) for column in table.c if column.name not in known and _lacks(column)}
        result = await self._try(insert(table).values(known | made_up).returning(table.c.id))
        return str(result.scalar_one())

    async def change(self, name: str, row_id: uuid.UUID, /, **values: Any) -> None:
        """Change a row.

        Raises:
            NotFound: there is none with this id, or the table has no such column.
        """
        table = await self._catalogue.table(self.connection, name)
        stored = {key: _as_stored(_column(table, key), value) for key, value in values.items()}
        result = await self._try(update(table).where(_has(table, {"id": row_id})).values(stored).returning(table.c.id))
        if result.first() is None:
            raise NotFound(f"not_in_{name}")

    async def remove(self, name: str, /, **where: Any) -> int:
        """Delete the rows that have these values, and no others; returns how many there were."""
        table = await self._catalogue.table(self.connection, name)
        return int((await self._try(delete(table).where(_has(table, where)))).rowcount)

    async def remove_account(self, account_id: uuid.UUID) -> None:
        """Delete everything that an account holds, then the account."""
        for table in reversed(await self._catalogue.read(self.connection)):
            if (its := _of_account(table, account_id)) is not None:
                await self._try(delete(table).where(its))

    async def count_of_account(self, account_id: uuid.UUID) -> dict[str, int]:
        """How many rows of an account each table holds; tables with none are left out."""
        counts = {}
        for table in await self._catalogue.read(self.connection):
            if (its := _of_account(table, account_id)) is not None:
                counts[table.name] = await self.connection.scalar(select(func.count()).select_from(table).where(its))
        return {name: count for name, count in counts.items() if count}

    async def of_account(self, account_id: uuid.UUID) -> dict[str, list[Row]]:
        """What an account holds, by table, in no order; tables with nothing are left out."""
        found = {}
        for name in await self.count_of_account(account_id):
            table = await self._catalogue.table(self.connection, name)
            rows = await self.connection.execute(select(table).where(_of_account(table, account_id)))  # type: ignore[arg-type]
            found[name] = [_shown(dict(row)) for row in rows.mappings()]
        return found

    async def commit(self) -> None:
        """Make the changes stay, before the answer says so."""
        await self.connection.commit()

    async def _try(self, statement: Any) -> Any:
        try:
            return await self.connection.execute(statement)
        except IntegrityError as error:
            raise Conflict(f"constraint: {str(error.orig).splitlines()[0]}") from error


async def _rows(catalogue: Annotated[Catalogue, state("catalogue")]) -> AsyncIterator[Rows]:
    async with catalogue.engine.connect() as connection:
        yield Rows(catalogue, connection)


RowsOf = Annotated[Rows, Depends(_rows)]
"""What a route is given: the rows of the database, over a connection of its own."""


def _of_account(table: Table, account_id: uuid.UUID) -> ColumnElement[bool] | None:
    """Which rows of a table belong to an account: its own row, rows that name it, and rows that hang on these."""
    if table.name == "accounts":
        return _has(table, {"id": account_id})
    if "account_id" in table.c:
        return _has(table, {"account_id": account_id})
    for key in table.foreign_keys:
        parent = key.column.table
        if parent is not table and "account_id" in parent.c:
            return key.parent.in_(select(key.column).where(_has(parent, {"account_id": account_id})))
    return None


def _has(table: Table, values: Mapping[str, Any]) -> ColumnElement[bool]:
    columns = {name: _column(table, name) for name in values}
    return and_(True, *(columns[name] == _as_stored(columns[name], value) for name, value in values.items()))


def _column(table: Table, name: str) -> Column[Any]:
    if name not in table.c:
        raise NotFound(f"no_column_{table.name}.{name}")
    return table.c[name]


def _lacks(column: Column[Any]) -> bool:
    return not column.nullable and column.server_default is None and column.identity is None


def _made_up(column: Column[Any]) -> Any:
    if isinstance(column.type, Uuid):
        return uuid.uuid4()
    if isinstance(column.type, DateTime):
        return _as_stored(column, now())
    if isinstance(column.type, JSONB):
        return {}
    return MADE_UP[column.type.python_type]


def _as_stored(column: Column[Any], value: Any) -> Any:
    """A value in the type of its column: ids are UUIDs or texts, instants have a zone or not."""
    if isinstance(column.type, Uuid):
        return uuid.UUID(str(value))
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime) and isinstance(column.type, DateTime) and not column.type.timezone:
        return value.replace(tzinfo=None)
    return value


def _shown(row: Row) -> Row:
    return {name: _value(value) for name, value in row.items() if name != HIDDEN}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return render_instant(value if value.tzinfo else value.replace(tzinfo=UTC))
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
