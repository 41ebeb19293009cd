"""What a caller can be refused for, one class a status, and the one shape a refusal has.

    L1Error
      BadRequest 400  NotAuthenticated 401  SubscriptionRequired 402  Forbidden 403
      NotFound 404    Conflict 409          LLMUnavailable 502

The body is `{"detail": code}`; only a body or path that fails validation adds `errors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse


class L1Error(Exception):
    """A refusal with a stable code, for example `session_not_found`."""

    status: ClassVar[int]
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class BadRequest(L1Error):
    """The session's kind has no such operation, or its question no such answer."""

    status = 400


class NotAuthenticated(L1Error):
    """No usable token, or credentials that nobody has."""

    status = 401
    headers: ClassVar[Mapping[str, str]] = {"WWW-Authenticate": "Bearer"}


class SubscriptionRequired(L1Error):
    """The account has no paid, active plan."""

    status = 402


class Forbidden(L1Error):
    """The caller's role may not do this."""

    status = 403


class NotFound(L1Error):
    """It does not exist, or belongs to another account: the two look the same from outside."""

    status = 404


class Conflict(L1Error):
    """The state has moved on, or never was what the caller believes."""

    status = 409


class LLMUnavailable(L1Error):
    """The model did not answer in time, refused, or answered something unusable."""

    status = 502


def install_error_handlers(app: FastAPI) -> None:
    """Give every failure of the application the envelope of this module."""

    @app.exception_handler(L1Error)
    async def refuse(_: Request, error: L1Error) -> JSONResponse:
        return JSONResponse({"detail": error.detail}, error.status, headers=dict(error.headers))

    @app.exception_handler(RequestValidationError)
    async def explain(_: Request, error: RequestValidationError) -> JSONResponse:
        # Places and codes only: the default body repeats the input, passwords included.
        places = [{"at": _place(item["loc"]), "code": item["type"]} for item in error.errors()]
        return JSONResponse({"detail": "invalid_request", "errors": places}, 422)

    @app.exception_handler(Exception)
    async def admit(_: Request, __: Exception) -> JSONResponse:
        return JSONResponse({"detail": "internal_error"}, 500)


def _place(location: tuple[int | str, ...]) -> str:
    """Join a location's parts: `("body", "notes", 0, "ts")` is `body.notes.0.ts`."""
    return ".".join(str(part) for part in location)
