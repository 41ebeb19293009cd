"""Settings are environment variables, read once at start; what is missing or has no meaning is said all at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

BaseUrl = Annotated[str, AfterValidator(lambda url: url.rstrip("/"))]
"""An address that paths are added to; it is kept without a final slash."""

DatabaseUrl = Annotated[
    str, Field(repr=False, description="the address of a PostgreSQL database: postgresql://user@host/database")
]


class SettingsError(Exception):
    """Variables are missing or have no meaning: a line for each, with its name, its value, and what is valid."""


class FromEnvironment(BaseModel):
    """Settings that belong together: the variable of a field has the field's name, in capitals.

    The text below a field says what it holds; an error repeats it when the variable is missing. An empty variable
    counts as one that is not set, unless its field is among `MAY_BE_EMPTY`.
    """

    model_config = ConfigDict(
        frozen=True, extra="ignore", allow_inf_nan=False, alias_generator=str.upper, use_attribute_docstrings=True
    )

    MAY_BE_EMPTY: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        """Read the fields from the environment.

        Raises:
            SettingsError: a variable without a default is not set, or one has a value that its field does not take.
        """
        empty = {name.upper() for name in cls.MAY_BE_EMPTY}
        try:
            return cls.model_validate({name: text for name, text in environ.items() if text or name in empty})
        except ValidationError as error:
            # Without its cause, which would show the whole environment.
            raise SettingsError("\n".join(_line(cls, entry) for entry in error.errors())) from None


def _line(settings: type[BaseModel], error: ErrorDetails) -> str:
    name = str(error["loc"][0]).upper()
    if error["type"] == "missing":
        return f"{name} is not set; it holds {settings.model_fields[name.lower()].description}"
    return f"{name} is {error['input']!r}; it {error['msg'].removeprefix('Value error, ').removeprefix('Input ')}"
