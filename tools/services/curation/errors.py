"""Everything the service refuses, and the one envelope it refuses with.

ApiError
  ItemNotFound          404 ITEM_NOT_FOUND
  AssignmentOwnership   403 ASSIGNMENT_OWNERSHIP
  InvalidStatus         400 INVALID_STATUS
  EtagRequired          412 ETAG_REQUIRED
  EtagMismatch          412 ETAG_MISMATCH

A body or path of the wrong shape is 422 VALIDATION and lists the fields; an unknown route or method
carries the name of its HTTP status as code.
"""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from services.curation.models import Key, Status


class ApiError(Exception):
    """A refusal with a stable code; subclasses set `status` and `code`."""

    status: HTTPStatus
    code: str


class ItemNotFound(ApiError):
    """No item has this key."""

    status = HTTPStatus.NOT_FOUND
    code = "ITEM_NOT_FOUND"

    def __init__(self, key: Key) -> None:
        super().__init__(f"dataset {key.dataset!r} has no item {key.item_id!r} in bucket {key.bucket}")


class AssignmentOwnership(ApiError):
    """The caller does not hold the item."""

    status = HTTPStatus.FORBIDDEN
    code = "ASSIGNMENT_OWNERSHIP"

    def __init__(self, item_id: str, user: str) -> None:
        super().__init__(f"item {item_id!r} is not assigned to {user!r}; only its assignee may change it")


class InvalidStatus(ApiError):
    """The body names a status that does not exist."""

    status = HTTPStatus.BAD_REQUEST
    code = "INVALID_STATUS"

    def __init__(self, received: str | None) -> None:
        super().__init__(f"status is {received!r}; use one of {', '.join(Status)}")


class EtagRequired(ApiError):
    """A write came without If-Match."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "ETAG_REQUIRED"

    def __init__(self, item_id: str) -> None:
        super().__init__(f"changing item {item_id!r} needs an If-Match header with its etag")


class EtagMismatch(ApiError):
    """The item changed since the caller read it."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "ETAG_MISMATCH"

    def __init__(self, item_id: str) -> None:
        super().__init__(f"If-Match is not the current etag of item {item_id!r}; read it again")


def install(app: FastAPI) -> None:
    """Answer every refusal of `app` in the one envelope."""
    app.add_exception_handler(ApiError, _refused)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _invalid)


def _envelope(status: int, code: str, message: str, **more: object) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message, **more}}, status)


# Starlette types every handler as taking a plain Exception; the asserts say which one each is registered for.
def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ApiError)
    return _envelope(error.status, error.code, str(error))


def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return _envelope(error.status_code, HTTPStatus(error.status_code).name, error.detail)


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    fields = [
        {"field": ".".join(str(part) for part in entry["loc"]), "message": entry["msg"]} for entry in error.errors()
    ]
    message = "the request does not have the expected shape; see fields"
    return _envelope(HTTPStatus.UNPROCESSABLE_ENTITY, "VALIDATION", message, fields=fields)
