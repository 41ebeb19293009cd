"""The steps of a help-desk story, a request each.

A step that only arranges raises `NotJudged` when it is refused; any other gives an `Answer`, whatever it is.
"""

from __future__ import annotations

import itertools
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from goldtape import NotJudged, Tape, arranged

Json = dict[str, Any]

PASSWORD = "TestPassword123!"
MANAGERS = ("owner", "admin")
OTHERS = ("engineer", "l1_tech", "viewer")


class Answer:
    """What was answered: a failed assertion shows all of it. A member that is null counts as one that is not there."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        self._request = response.request
        self._text = response.text

    @property
    def body(self) -> Any:
        """The body, if it is JSON; else None."""
        try:
            return json.loads(self._text)
        except ValueError:
            return None

    def says(self, name: str) -> Any:
        """A member of the body; None if the body has no such member."""
        return self.body.get(name) if isinstance(self.body, dict) else None

    def ids(self) -> list[Any]:
        """The ids of a list of objects."""
        rows = self.body if isinstance(self.body, list) else []
        return [row.get("id") for row in rows if isinstance(row, dict)]

    def node_ids(self) -> list[Any]:
        """The nodes of the walked path of a session."""
        return node_ids(self.body)

    def __repr__(self) -> str:
        return f"{self._request.method} {self._request.url.path} answered {self.status} {self._text}"


@dataclass(frozen=True)
class Person:
    """Somebody who is logged in, and what they ask of the service."""

    id: str
    account_id: str
    headers: dict[str, str] = field(repr=False)
    l1: httpx.AsyncClient = field(repr=False)

    async def intake(self, problem: str, **options: Any) -> Answer:
        """Take a problem in, whatever comes of it."""
        return await self.post("intake", {"problem_statement": problem} | options)

    async def adhoc_session(self, problem: str) -> str:
        """Arrange an ad-hoc session with its ticket; its id."""
        return _session_of(await self.intake(problem, adhoc=True), "adhoc")

    async def built_session(self, problem: str) -> str:
        """Arrange a session that the model builds; its id."""
        return _session_of(await self.intake(problem), "ai_build")

    async def flow_session(self, flow_id: str) -> str:
        """Arrange a session that walks a flow; its id."""
        return _session_of(await self.intake("No power", flow_id=flow_id), "flow")

    async def read(self, session_id: str) -> Answer:
        """Read a session."""
        return await self.get(f"sessions/{session_id}")

    async def mount(self, session_id: str) -> Answer:
        """Ask for the node to show in an ai_build session.

        Raises:
            NotJudged: the service has no such route; the plan does not say which route it is.
        """
        answer = await self.post(f"sessions/{session_id}/next-node", {})
        if answer.status in (404, 405):
            raise NotJudged(f"the suite mounts a walk by POST .../next-node, which is not there: {answer!r}")
        return answer

    async def step(self, session_id: str, node: Answer | Json, answer: str = "Yes") -> Answer:
        """Answer a node."""
        get = node.says if isinstance(node, Answer) else node.get
        sent = {"node_id": get("id"), "question": get("question"), "answer": answer}
        return await self.post(f"sessions/{session_id}/step", sent)

    async def walk(self, session_id: str, *answers: str) -> list[Answer]:
        """Arrange that nodes are mounted and answered one after the other; the nodes."""
        nodes = []
        for text in answers:
            nodes.append(_came_off(await self.mount(session_id)))
            _came_off(await self.step(session_id, nodes[-1], text))
        return nodes

    async def note(self, session_id: str, notes: list[Json]) -> Answer:
        """Replace the notes of a session."""
        return await self.post(f"sessions/{session_id}/notes", {"notes": notes})

    async def resolve(self, session_id: str, **sent: Any) -> Answer:
        """End a session as resolved, by default as one that helped."""
        return await self.post(f"sessions/{session_id}/resolve", {"helpful": True} | sent)

    async def escalate(self, session_id: str, **sent: Any) -> Answer:
        """Hand a session on."""
        why = {"reason_category": "needs_l2", "reason": "Beyond L1 scope"}
        return await self.post(f"sessions/{session_id}/escalate", why | sent)

    async def escalate_without_walk(self, **sent: Any) -> Answer:
        """Hand a problem on that nobody has walked."""
        why = {
            "problem_statement": "No KB available",
            "reason_category": "no_kb",
            "reason": "No knowledge base content matched",
        }
        return await self.post("escalate-without-walk", why | sent)

    async def choose_categories(self, *enabled: str) -> Answer:
        """Say which categories the model may walk."""
        sent = {"enabled": list(enabled)}
        return Answer(await self.l1.patch("/api/v1/l1/categories", json=sent, headers=self.headers))

    async def get(self, path: str) -> Answer:
        """Read what is below /api/v1/l1/."""
        return Answer(await self.l1.get(f"/api/v1/l1/{path}", headers=self.headers))

    async def post(self, path: str, sent: Json) -> Answer:
        """Post to what is below /api/v1/l1/."""
        return Answer(await self.l1.post(f"/api/v1/l1/{path}", json=sent, headers=self.headers))


class Desk:
    """A help desk: who is there, and what its database, its log and its language model show."""

    def __init__(self, l1: httpx.AsyncClient, support: httpx.AsyncClient, tape: Tape) -> None:
        self.l1, self._support, self._tape = l1, support, tape
        self._numbers = itertools.count(1)
        self._accounts: list[str] = []

    # ---------------------------------------------------------------- people

    def email(self, name: str) -> str:
        """An address that nobody else has; addresses of a test are in the order in which they are made."""
        return self._tape.unique(f"{next(self._numbers)}-{name}@example.com")

    async def person(self, role: str = "l1_tech", joins: Person | None = None, **more: Any) -> Person:
        """Arrange somebody who is logged in, by default in a paying account of their own."""
        sent = {"email": self.email(role), "account_role": role} | more
        if joins:
            sent |= {"account_id": joins.account_id}
        user = await self._arrange("POST", "/users", sent)
        self.holds(user["account_id"])
        headers = {"Authorization": f"Bearer {user['access_token']}"}
        return Person(user["id"], user["account_id"], headers, self.l1)

    async def colleague(self, of: Person, role: str, **state: Any) -> str:
        """Arrange a further user of somebody's account, who cannot log in; the user's id."""
        sent = {"email": self.email(role), "account_role": role} | state
        return str((await self._arrange("POST", f"/accounts/{of.account_id}/users", sent))["id"])

    async def change(self, user_id: str, **change: Any) -> None:
        """Arrange that a user is another: account_role, role, is_active, deleted."""
        await self._arrange("PATCH", f"/users/{user_id}", change)

    async def subscribe(self, person: Person, **subscription: str) -> None:
        """Arrange what an account pays for; nothing at all without a plan."""
        verb = "PUT" if subscription else "DELETE"
        await self._arrange(verb, f"/accounts/{person.account_id}/subscription", subscription or None)

    def holds(self, account_id: str) -> None:
        """Have an account read, and deleted, at the end of the test."""
        if account_id not in self._accounts:
            self._accounts.append(account_id)

    # ---------------------------------------------------------------- rows

    async def flow(self, of: Person, title: str, *keywords: str, **more: Any) -> str:
        """Arrange a published flow; its id."""
        sent = {"title": title, "keywords": list(keywords)} | more
        return str((await self._arrange("POST", f"/accounts/{of.account_id}/flows", sent))["ids"][0])

    async def old_sessions(self, account: Person, user_id: str, *sessions: Json) -> list[str]:
        """Arrange ad-hoc sessions of a user, which began and were last touched some seconds ago; their ids."""
        sent = {"created_by_user_id": user_id, "sessions": list(sessions)}
        return list((await self._arrange("POST", f"/accounts/{account.account_id}/sessions", sent))["ids"])

    async def delete_session(self, session_id: str) -> Answer:
        """Delete the row of a session."""
        return Answer(await self._support.delete(f"/sessions/{session_id}"))

    async def rows(self, of: Person, table: str, **where: str) -> list[Json]:
        """What somebody's account has in a table, oldest first; `where` gives values of columns."""
        found = (await self._arrange("GET", f"/accounts/{of.account_id}/{table}"))["rows"]
        return [row for row in found if all(row.get(name) == value for name, value in where.items())]

    async def session_row(self, of: Person, session_id: str) -> Json:
        """The row of a session; an empty one if it has none."""
        found = await self.rows(of, "l1_walk_sessions", id=session_id)
        return found[0] if found else {}

    async def indexes(self, table: str) -> list[Json]:
        """The indexes of a table: name, definition, condition."""
        return list((await self._arrange("GET", f"/indexes/{table}"))["rows"])

    # ---------------------------------------------------------------- log, limits, model

    async def warnings(self) -> list[str]:
        """The lines of warnings in the service's log since the test began."""
        return list((await self._arrange("GET", "/warnings"))["lines"])

    async def depth_cap(self) -> int:
        """How many questions a walk may have."""
        cap = (await self._arrange("GET", "/limits"))["ai_max_depth"]
        if cap is None:
            raise NotJudged("the depth cap of the service is not known: set L1_AI_MAX_DEPTH for the support API")
        return int(cap)

    async def model(self, mode: str, **options: Any) -> None:
        """Arrange what is wrong with the language model."""
        await self._arrange("PUT", "/llm/mode", {"mode": mode} | options)

    async def model_calls(self) -> int:
        """How often the language model has been asked.

        Raises:
            NotJudged: the stand-in did not understand a call, so that what came of it is not the service's doing.
        """
        events = (await self._arrange("GET", "/llm/events"))["events"]
        if any(event["kind"] == "unknown" for event in events):
            raise NotJudged("the stand-in of the language model does not understand the prompts of this service")
        return len(events)

    # ---------------------------------------------------------------- the end

    async def look_back(self) -> None:
        """Read everything that the test's accounts hold, what the model was asked, and what was warned of."""
        await self._support.get("/afterwards", params={"account_id": self._accounts})

    async def clear(self) -> Json:
        """Delete the test's accounts; what of them could not be deleted, by account."""
        left = {one: await self._support.delete(f"/accounts/{one}") for one in self._accounts}
        return {one: answer.text for one, answer in left.items() if answer.status_code != 200 or answer.json()["left"]}

    async def _arrange(self, verb: str, path: str, sent: Any = None) -> Any:
        content = {} if sent is None else {"json": sent}
        response = arranged(await self._support.request(verb, path, **content))
        return response.json() if response.content else None


def names(value: Any, *texts: Any) -> bool:
    """Whether a row, a body or a part of one has all these texts somewhere, under whatever names."""
    whole = json.dumps(value, ensure_ascii=False)
    return all(str(text) in whole for text in texts)


def node_ids(session: Any) -> list[Any]:
    """The nodes of the walked path of a session or of its row."""
    path = session.get("walked_path") if isinstance(session, dict) else None
    return [node.get("node_id") for node in path or []]


def is_uuid4(text: Any) -> bool:
    """Whether a value is a UUID of version 4, as text."""
    try:
        return uuid.UUID(text).version == 4
    except (ValueError, TypeError, AttributeError):
        return False


def _session_of(answer: Answer, kind: str) -> str:
    session_id = answer.says("session_id")
    if answer.status != 200 or not session_id or answer.says("session_kind") != kind:
        raise NotJudged(f"the test arranges a session of kind {kind}: {answer!r}")
    return str(session_id)


def _came_off(answer: Answer) -> Answer:
    if answer.status != 200:
        raise NotJudged(f"the test arranges a walk: {answer!r}")
    return answer
