"""What the bodies share: text the database can hold, and responses read straight from a row."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

# PostgreSQL stores every character but NUL.
StoredText = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$")]
NonBlank = Annotated[str, StringConstraints(pattern=r"^[^\x00]*[^\x00\s][^\x00]*$")]


class FromRow(BaseModel):
    """A response whose fields are columns of a table."""

    model_config = ConfigDict(from_attributes=True)
