"""The subjects a model may walk, and which of them an account has switched on."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import BaseModel

Category = Literal["email", "hardware", "network", "password", "printer", "software", "vpn"]
CATEGORIES: tuple[str, ...] = get_args(Category)


class CategoriesRequest(BaseModel):
    """The complete new choice; what is not named is off."""

    enabled: list[Category]


class CategoriesResponse(BaseModel):
    """Both lists in alphabetical order."""

    available: list[str]
    enabled: list[str]
