"""The steps of an L1 story, a request each."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

PASSWORD = "TestPassword123!"

Json = dict[str, Any]


@dataclass(frozen=True)
class User:
    """Somebody who is logged in."""

    id: str
    account_id: str
    headers: dict[str, str] = field(repr=False)


async def register(l1: httpx.AsyncClient, email: str, name: str = "Test User") -> Json:
    """Register; each registration makes an account of its own."""
    response = await l1.post("/api/v1/auth/register", json={"email": email, "password": PASSWORD, "name": name})
    assert response.status_code == 201, response.text
    return dict(response.json())


async def login(l1: httpx.AsyncClient, email: str) -> dict[str, str]:
    """Log in; the headers that say so."""
    response = await l1.post("/api/v1/auth/login/json", json={"email": email, "password": PASSWORD})
    assert response.status_code == 200, response.text
    return {"Authorization": f"Bearer {response.json()['access_token']}"}


async def change_user(support: httpx.AsyncClient, user_id: str, **change: Any) -> None:
    """Change a user in the database: account_role, is_active, deleted."""
    response = await support.patch(f"/users/{user_id}", json=change)
    assert response.status_code == 200, response.text


async def ensure_subscription(support: httpx.AsyncClient, account_id: str) -> None:
    """Give the account an active Pro subscription in place of whatever it has."""
    response = await support.put(f"/accounts/{account_id}/subscription", json={"plan": "pro", "status": "active"})
    assert response.status_code == 200, response.text


async def make_user(l1: httpx.AsyncClient, support: httpx.AsyncClient, email: str, role: str) -> User:
    """Register a user in an account of its own, give role and subscription, log in."""
    registered = await register(l1, email)
    await change_user(support, registered["id"], account_role=role)
    await ensure_subscription(support, registered["account_id"])
    return User(registered["id"], registered["account_id"], await login(l1, email))


async def make_l1_user(l1: httpx.AsyncClient, support: httpx.AsyncClient, email: str) -> User:
    """An L1 technician in an account of their own."""
    return await make_user(l1, support, email, "l1_tech")


async def add_colleague(support: httpx.AsyncClient, account_id: str, email: str, **state: Any) -> str:
    """Put a second user into an account, who cannot log in; the user's id."""
    response = await support.post(f"/accounts/{account_id}/users", json={"email": email} | state)
    assert response.status_code == 201, response.text
    return str(response.json()["id"])


async def intake(l1: httpx.AsyncClient, user: User, problem: str, **options: Any) -> httpx.Response:
    """Take a problem in, whatever comes of it."""
    sent = {"problem_statement": problem} | options
    return await l1.post("/api/v1/l1/intake", json=sent, headers=user.headers)


async def create_adhoc_session(l1: httpx.AsyncClient, user: User, problem: str) -> str:
    """Start an ad-hoc session with its ticket; the session's id."""
    response = await intake(l1, user, problem, adhoc=True)
    assert response.status_code == 200, response.text
    return str(response.json()["session_id"])


async def build_session(l1: httpx.AsyncClient, user: User, problem: str) -> str:
    """Start an ai_build session; the session's id."""
    response = await intake(l1, user, problem)
    assert response.status_code == 200, response.text
    assert response.json()["outcome"] == "build"
    return str(response.json()["session_id"])


async def post(l1: httpx.AsyncClient, user: User, session_id: str, what: str, sent: Json) -> httpx.Response:
    """Post to one of a session's routes: step, notes, resolve, escalate, next-node."""
    return await l1.post(f"/api/v1/l1/sessions/{session_id}/{what}", json=sent, headers=user.headers)


async def get_session(l1: httpx.AsyncClient, user: User, session_id: str) -> httpx.Response:
    """Read a session."""
    return await l1.get(f"/api/v1/l1/sessions/{session_id}", headers=user.headers)


async def next_node(l1: httpx.AsyncClient, user: User, session_id: str) -> Json:
    """Mount an ai_build session: the node to show."""
    response = await post(l1, user, session_id, "next-node", {})
    assert response.status_code == 200, response.text
    return dict(response.json())


async def answer(l1: httpx.AsyncClient, user: User, session_id: str, node: Json, text: str = "Yes") -> Json:
    """Answer a node: the session after it."""
    sent = {"node_id": node["id"], "question": node["question"], "answer": text}
    response = await post(l1, user, session_id, "step", sent)
    assert response.status_code == 200, response.text
    return dict(response.json())


async def rows(support: httpx.AsyncClient, user: User, table: str) -> list[Json]:
    """What the user's account has in a table, oldest first."""
    response = await support.get(f"/accounts/{user.account_id}/{table}")
    assert response.status_code == 200, response.text
    return list(response.json()["rows"])


async def llm_calls(support: httpx.AsyncClient) -> list[str]:
    """The kinds of the calls that the language model has had, in order."""
    response = await support.get("/llm/events")
    assert response.status_code == 200, response.text
    return [event["kind"] for event in response.json()["events"]]


async def set_llm_mode(support: httpx.AsyncClient, mode: str, **options: Any) -> None:
    """Choose what is wrong with the language model."""
    response = await support.put("/llm/mode", json={"mode": mode} | options)
    assert response.status_code == 200, response.text


def is_uuid4(text: str) -> bool:
    """Whether a text is a UUID of version 4."""
    try:
        return uuid.UUID(text).version == 4
    except ValueError:
        return False
