"""What the environment says: addresses, secrets and limits, read once at start."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

DEFAULT_LLM_MODEL = "gpt-4o-mini"
DEFAULT_LLM_TIMEOUT_S = 20.0
DEFAULT_MAX_DEPTH = 12

Number = TypeVar("Number", int, float)


class SettingsError(ValueError):
    """A variable is missing or unusable; the message names it and says what it should hold."""


@dataclass(frozen=True)
class LLMSettings:
    """Where the language model answers, and how long to wait for it."""

    base_url: str
    api_key: str
    model: str
    timeout_s: float


@dataclass(frozen=True)
class Settings:
    """Everything the service needs to know before its first request."""

    database_url: str
    jwt_secret: str
    llm: LLMSettings
    max_depth: int

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """Read the settings; the JWT secret is random for this process unless it is given.

        Raises:
            SettingsError: an address is missing, or a number is not one.
        """
        return cls(
            database_url=required(environ, "DATABASE_URL", "postgresql://user@host/database"),
            jwt_secret=environ.get("L1_JWT_SECRET") or secrets.token_urlsafe(48),
            llm=LLMSettings(
                base_url=required(environ, "L1_LLM_BASE_URL", "http://127.0.0.1:8081").rstrip("/"),
                api_key=environ.get("L1_LLM_API_KEY", ""),
                model=environ.get("L1_LLM_MODEL") or DEFAULT_LLM_MODEL,
                timeout_s=_positive(environ, "L1_LLM_TIMEOUT_S", DEFAULT_LLM_TIMEOUT_S, float),
            ),
            max_depth=_positive(environ, "L1_AI_MAX_DEPTH", DEFAULT_MAX_DEPTH, int),
        )


def required(environ: Mapping[str, str], name: str, example: str) -> str:
    """Return the variable's value.

    Raises:
        SettingsError: it is unset or empty.
    """
    if value := environ.get(name):
        return value
    raise SettingsError(f"{name} is not set; it should look like {example}")


def _positive(environ: Mapping[str, str], name: str, default: Number, parse: type[Number]) -> Number:
    text = environ.get(name)
    if not text:
        return default
    try:
        number = parse(text)
    except ValueError:
        number = parse("0")
    if 0 < number < math.inf:
        return number
    raise SettingsError(f"{name} is {text!r}; it should be a positive {parse.__name__}")
