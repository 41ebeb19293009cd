"""The client that FOI, ITM and IQube are called with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any

import httpx

LONGEST_CALL_S = 60.0
"""A bound on each step of a call; `answer_to` bounds the whole call, more tightly."""


class NoAnswer(Exception):
    """The other side gave no answer; the message says how, in words that do not depend on timing."""


def new_client() -> httpx.AsyncClient:
    """Build a client that opens a connection for every call.

    Nothing is sent twice, so a call must not be lost because an idle connection was just being closed.
    Proxies of the environment are not used.
    """
    no_idle_connections = httpx.Limits(max_keepalive_connections=0)
    return httpx.AsyncClient(trust_env=False, timeout=LONGEST_CALL_S, limits=no_idle_connections)


async def answer_to(call: Awaitable[httpx.Response], name: str, timeout_s: float) -> httpx.Response:
    """Wait for an answer, whole, for at most `timeout_s` seconds.

    Raises:
        NoAnswer: the time is over, or the connection failed.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await call
    except TimeoutError:
        raise NoAnswer(f"{name} did not answer within {timeout_s:g} s") from None
    except httpx.TransportError as error:
        raise NoAnswer(f"the connection to {name} failed") from error


def json_object(text: str) -> dict[str, Any]:
    """Return the object that a body holds, or an empty one if it holds anything else."""
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
