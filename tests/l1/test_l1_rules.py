"""What the service makes of things that its plan leaves open: most of these tests have goldens alone."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from .helpers_l1 import MANAGERS, OTHERS, PASSWORD, Answer, Desk, Json, Person

NOBODYS = "11111111-1111-4111-8111-111111111111"
STEP = {"node_id": NOBODYS, "question": "Q?", "answer": "Yes"}
ESCALATION = {"reason_category": "other", "reason": "Nobody knows"}
# What can be sent to a session, the gentle routes first.
ROUTES: dict[str, Json] = {
    "step": STEP,
    "notes": {"notes": [{"text": "Seen", "ts": "2026-05-28T10:00:00Z"}]},
    "next-node": {},
    "resolve": {"helpful": True},
    "escalate": ESCALATION,
}


async def try_every_route(person: Person, session_id: str) -> None:
    """Read a session and send something to each of its routes."""
    await person.read(session_id)
    for route, sent in ROUTES.items():
        await person.post(f"sessions/{session_id}/{route}", sent)


# ---------------------------------------------------------------- who may


async def test_registration_and_login(desk: Desk) -> None:
    """Who registers can log in, with their own password alone, and once."""
    credentials = {"email": desk.email("new"), "password": PASSWORD}

    registered = Answer(await desk.l1.post("/api/v1/auth/register", json={**credentials, "name": "Test User"}))
    desk.holds(registered.says("account_id"))
    logged_in = Answer(await desk.l1.post("/api/v1/auth/login/json", json=credentials))
    await desk.l1.post("/api/v1/auth/register", json={**credentials, "name": "Somebody else"})
    await desk.l1.post("/api/v1/auth/login/json", json=credentials | {"password": "AnotherPassword123!"})
    await desk.l1.post("/api/v1/auth/login/json", json=credentials | {"email": desk.email("nobody")})
    await desk.l1.post("/api/v1/auth/register", json={"email": desk.email("x"), "password": "short", "name": "X"})

    assert registered.status in (200, 201)
    assert registered.says("id")
    assert registered.says("account_id")
    assert logged_in.status == 200
    assert logged_in.says("access_token")


@pytest.mark.parametrize("state", [{"is_active": False}, {"deleted": True}], ids=["inactive", "deleted"])
async def test_who_is_gone_cannot_go_on(desk: Desk, state: dict[str, Any]) -> None:
    """A token ends with its user."""
    technician = await desk.person()
    session = await technician.adhoc_session("Test")
    await desk.change(technician.id, **state)

    await technician.intake("Test")
    await technician.read(session)
    await technician.get("sessions/active")


async def test_a_token_must_be_one_of_ours(desk: Desk) -> None:
    """No route is open without a token, or with a made-up one."""
    await desk.l1.get("/api/v1/l1/sessions/active", headers={"Authorization": "Bearer made.up.token"})
    for path in ("sessions/active", f"sessions/{NOBODYS}", "categories", "escalations"):
        await desk.l1.get(f"/api/v1/l1/{path}")
    for route, sent in ROUTES.items():
        await desk.l1.post(f"/api/v1/l1/sessions/{NOBODYS}/{route}", json=sent)
    await desk.l1.post("/api/v1/l1/escalate-without-walk", json={"problem_statement": "Test", **ESCALATION})
    await desk.l1.patch("/api/v1/l1/categories", json={"enabled": []})


@pytest.mark.parametrize(
    "subscription",
    [{"plan": "free", "status": "active"}, {"plan": "pro", "status": "canceled"}, {}],
    ids=["free", "canceled", "none"],
)
async def test_without_a_paid_plan_every_route_is_closed(desk: Desk, subscription: dict[str, str]) -> None:
    """A free plan, one that has ended and none at all open no route, whatever the role."""
    owner = await desk.person("owner")
    await desk.subscribe(owner, **subscription)

    await owner.intake("Printer won't turn on")
    await owner.get("sessions/active")
    await owner.escalate_without_walk()
    await owner.get("escalations")
    await owner.get("categories")
    await owner.choose_categories("vpn")
    await try_every_route(owner, NOBODYS)


async def test_a_registration_does_not_pay(desk: Desk) -> None:
    """The plan that comes with a registration does not open the routes."""
    technician = await desk.person(plan=None)

    await technician.intake("Printer won't turn on")


@pytest.mark.parametrize("role", [*MANAGERS, *OTHERS])
async def test_each_role_has_its_routes(desk: Desk, role: str) -> None:
    """A viewer walks nothing, and a technician takes over nothing; a session that nobody has is not found."""
    user = await desk.person(role)

    await user.get("sessions/active")
    await user.get("escalations")
    await user.escalate_without_walk()
    await try_every_route(user, NOBODYS)


async def test_the_older_role_decides_nothing(desk: Desk) -> None:
    """Users have another role from before, which opens no gate."""
    technician = await desk.person()
    await desk.change(technician.id, role="admin")

    await technician.get("categories")


async def test_another_accounts_session_takes_nothing(desk: Desk) -> None:
    """What a stranger sends to a session is refused as if there were no session, and changes nothing."""
    technician, stranger = await desk.person(), await desk.person()
    session = await technician.built_session("Printer won't turn on")
    await technician.mount(session)

    await try_every_route(stranger, session)
    await stranger.get("sessions/active")
    await stranger.get("escalations")


async def test_colleagues_share_the_sessions_of_an_account(desk: Desk) -> None:
    """A colleague reads and goes on with a session, but it is not in their list."""
    technician = await desk.person()
    engineer = await desk.person("engineer", joins=technician)
    session = await technician.built_session("Printer won't turn on")

    node = await engineer.mount(session)
    await engineer.step(session, node)
    await engineer.get("sessions/active")
    await engineer.resolve(session)


# ---------------------------------------------------------------- what makes sense


async def test_what_makes_no_sense_is_refused(desk: Desk) -> None:
    """A request with a field that is missing, blank or of no known value changes nothing."""
    owner = await desk.person("owner")
    session = await owner.adhoc_session("Test")

    for problem in ({}, {"problem_statement": " "}, {"problem_statement": "x", "adhoc": True, "flow_id": NOBODYS}):
        await owner.post("intake", problem)
    await owner.post("intake", {"problem_statement": "x", "flow_id": NOBODYS})
    await owner.read("no-uuid")
    await owner.note(session, [{"text": "When?"}])
    await owner.post(f"sessions/{session}/resolve", {})
    await owner.escalate(session, reason_category="tired")
    await owner.escalate_without_walk(reason_category="tired")
    await owner.escalate_without_walk(problem_statement=" ")
    await owner.choose_categories("gardening")


@pytest.mark.parametrize("end", ["resolve", "escalate"])
async def test_an_ended_session_takes_nothing_more(desk: Desk, end: str) -> None:
    """Once resolved or escalated a session stays as it is; ending it again tells and notes nothing again."""
    technician = await desk.person()
    await desk.colleague(technician, "owner")
    session = await technician.built_session("Printer won't turn on")
    await technician.walk(session, "Yes")
    await technician.post(f"sessions/{session}/{end}", ROUTES[end])

    await try_every_route(technician, session)
    await technician.get("sessions/active")


async def test_notes_are_kept_in_every_kind_of_session(desk: Desk) -> None:
    """A walk takes notes as well, with and without a pending node, and goes on."""
    technician = await desk.person()
    session = await technician.built_session("Printer won't turn on")
    node = await technician.mount(session)

    await technician.note(session, [{"text": "", "ts": ""}, {"text": "Second", "ts": "tomorrow"}])
    await technician.step(session, node)
    await technician.note(session, [])


# ---------------------------------------------------------------- walks


async def test_two_mounts_at_once_cost_one_llm_call(desk: Desk) -> None:
    """Two mounts at the same moment get the same node for one call of the model."""
    technician = await desk.person()
    session = await technician.built_session("Printer won't turn on")
    await desk.model("slow", delay_s=0.3)  # long enough for the second to arrive meanwhile

    await asyncio.gather(technician.mount(session), technician.mount(session))


async def test_a_stale_answer_is_refused(desk: Desk) -> None:
    """Only the pending node takes an answer, once."""
    technician = await desk.person()
    session = await technician.built_session("Printer won't turn on")
    await technician.step(session, STEP | {"id": NOBODYS})
    first = await technician.mount(session)

    await technician.step(session, STEP | {"id": NOBODYS})
    await technician.step(session, first, " ")
    await technician.step(session, {"id": first.says("id"), "question": "What the client shows"})
    await technician.step(session, first)


async def test_a_walk_ends_where_the_model_ends_it(desk: Desk) -> None:
    """A node that ends a walk is shown again, and takes no answer."""
    technician = await desk.person()
    session = await technician.built_session("VPN drops")
    await technician.walk(session, "Yes", "No")

    last = await technician.mount(session)
    await technician.mount(session)
    await technician.step(session, last)


async def test_flow_walk_takes_the_branch_of_the_answer(desk: Desk) -> None:
    """In a flow the answer picks the next node; no model has a say, and a walk that helped is no proposal."""
    technician = await desk.person()
    session = await technician.flow_session(await desk.flow(technician, "Power"))
    node = (await technician.read(session)).says("pending_node") or {}

    await technician.step(session, node, "Perhaps")
    await technician.step(session, STEP | {"id": NOBODYS})
    await technician.mount(session)
    stepped = await technician.step(session, node, "No")
    await technician.step(session, stepped.says("pending_node") or {})
    await technician.resolve(session)


async def test_the_best_flow_matches(desk: Desk) -> None:
    """Most keywords win, then the title; part of the keywords, drafts and other accounts' flows do not count."""
    technician, stranger = await desk.person(), await desk.person()
    await desk.flow(technician, "B two words", "printer", "jam")
    await desk.flow(technician, "A two words", "PRINTER", "jam")
    await desk.flow(technician, "One word", "printer")
    await desk.flow(technician, "Three words", "printer", "jam", "colour")
    await desk.flow(technician, "No words")
    await desk.flow(technician, "Draft", "mailbox", status="draft")
    await desk.flow(stranger, "Foreign", "mailbox")

    await technician.intake("The Printer has a paper jam")
    await technician.intake("printer")
    await technician.intake("My mailbox is full")


async def test_categories_are_chosen_by_name(desk: Desk) -> None:
    """A choice takes the place of the one before, and a problem of a category that is off is out of scope."""
    owner = await desk.person("owner")

    await owner.get("categories")
    await owner.choose_categories("vpn", "email", "vpn")
    await owner.get("categories")
    await owner.intake("Printer won't turn on")
    await owner.intake("VPN drops")
    await owner.choose_categories()
    await owner.intake("VPN drops")


# ---------------------------------------------------------------- escalations


async def test_escalations_are_listed_for_those_who_take_them(desk: Desk) -> None:
    """The account's escalated sessions come to an engineer, the latest first."""
    technician, stranger = await desk.person(), await desk.person()
    engineer = await desk.person("engineer", joins=technician)
    await technician.escalate(await technician.adhoc_session("First"))
    await technician.resolve(await technician.adhoc_session("Second"))
    await technician.adhoc_session("Third")
    await technician.escalate_without_walk(problem_statement="Fourth")
    await stranger.escalate_without_walk()

    await engineer.get("escalations")


async def test_nobody_is_told_of_their_own_escalation(desk: Desk) -> None:
    """An owner who escalates tells the others who could take over, by address; named, they are told themselves."""
    owner = await desk.person("owner")
    for role in ("admin", "l1_tech", "engineer", "viewer"):
        await desk.colleague(owner, role)

    await owner.escalate(await owner.adhoc_session("First"))
    await owner.escalate_without_walk(recipient_user_ids=[owner.id], reason_category="out_of_scope")
