"""Walks that a language model builds: node ids, replay of the pending node, depth, proposals, recipients."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from goldtape import Tape

from .helpers_l1 import (
    add_colleague,
    answer,
    build_session,
    change_user,
    create_adhoc_session,
    get_session,
    intake,
    is_uuid4,
    llm_calls,
    make_l1_user,
    make_user,
    next_node,
    post,
    rows,
    set_llm_mode,
)

DEPTH_CAP = 12


@pytest.mark.case("l1/F1")
async def test_ai_build_walk_advances_by_server_assigned_node_id(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """Every node has an id of the server's, whatever the model says, and the walk gets past question one."""
    user = await make_l1_user(l1, support, goldtape.unique("l1walk@example.com"))
    session_id = await build_session(l1, user, "Printer won't turn on")

    first = await next_node(l1, user, session_id)
    await answer(l1, user, session_id, first)
    second = await next_node(l1, user, session_id)
    session = await answer(l1, user, session_id, second, "No")
    third = await next_node(l1, user, session_id)

    nodes = [first, second, third]
    assert all(is_uuid4(node["id"]) for node in nodes)
    assert len({node["id"] for node in nodes}) == len({node["question"] for node in nodes}) == 3
    assert [node["depth"] for node in nodes] == [1, 2, 3]
    assert [step["node_id"] for step in session["walked_path"]] == [first["id"], second["id"]]
    assert await llm_calls(support) == ["classify", "node", "node", "node"]


@pytest.mark.case("l1/remount")
async def test_remount_replays_pending_node_without_a_second_llm_call(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """Mounting again shows the node that is pending and asks the model nothing."""
    user = await make_l1_user(l1, support, goldtape.unique("l1remount@example.com"))
    session_id = await build_session(l1, user, "Printer won't turn on")

    first = await next_node(l1, user, session_id)
    again = await next_node(l1, user, session_id)
    session = (await get_session(l1, user, session_id)).json()

    assert first == again == session["pending_node"]
    assert await llm_calls(support) == ["classify", "node"]

    other = {"id": "11111111-1111-4111-8111-111111111111", "question": first["question"]}
    stale = await post(
        l1, user, session_id, "step", {"node_id": other["id"], "question": other["question"], "answer": "Yes"}
    )

    assert (stale.status_code, stale.json()["detail"]) == (409, "stale_node")


@pytest.mark.case("l1/two-mounts")
async def test_two_mounts_at_once_cost_one_llm_call(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """Two mounts at the same moment get the same node for one call of the model."""
    user = await make_l1_user(l1, support, goldtape.unique("l1mounts@example.com"))
    session_id = await build_session(l1, user, "Printer won't turn on")
    await set_llm_mode(support, "slow", delay_s=0.3)  # long enough for the second to arrive meanwhile

    one, other = await asyncio.gather(next_node(l1, user, session_id), next_node(l1, user, session_id))

    assert one == other
    assert await llm_calls(support) == ["classify", "node"]


@pytest.mark.case("l1/F4")
async def test_intake_honours_explicit_flow_id(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """A flow that is named is walked, without matching and without the model; another account's is not found."""
    user = await make_l1_user(l1, support, goldtape.unique("l1flow@example.com"))
    stranger = await make_l1_user(l1, support, goldtape.unique("l1stranger@example.com"))
    [own] = (await support.post(f"/accounts/{user.account_id}/flows", json={"title": "Power"})).json()["ids"]
    [foreign] = (await support.post(f"/accounts/{stranger.account_id}/flows", json={"title": "Power"})).json()["ids"]

    started = await intake(l1, user, "Printer won't turn on", flow_id=own)
    refused = await intake(l1, user, "Printer won't turn on", flow_id=foreign)

    assert started.status_code == 200
    assert (started.json()["outcome"], started.json()["flow_id"]) == ("flow", own)
    assert refused.status_code == 404
    assert len(await rows(support, user, "internal_tickets")) == 1
    assert await llm_calls(support) == []


@pytest.mark.case("l1/F4")
async def test_flow_walk_takes_the_branch_of_the_answer(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """In a flow the answer picks the next node; an answer that the node does not have is refused."""
    user = await make_l1_user(l1, support, goldtape.unique("l1branch@example.com"))
    [flow] = (await support.post(f"/accounts/{user.account_id}/flows", json={"title": "Power"})).json()["ids"]
    session_id = (await intake(l1, user, "No power", flow_id=flow)).json()["session_id"]
    first = (await get_session(l1, user, session_id)).json()["pending_node"]

    refused = await post(
        l1, user, session_id, "step", {"node_id": first["id"], "question": first["question"], "answer": "Perhaps"}
    )
    session = await answer(l1, user, session_id, first, "Yes")

    assert (refused.status_code, refused.json()["detail"]) == (400, "unknown_answer")
    assert session["pending_node"]["node_type"] == "resolution"
    assert [step["answer"] for step in session["walked_path"]] == ["Yes"]
    assert await llm_calls(support) == []


@pytest.mark.case("l1/F5")
async def test_intake_adhoc_starts_adhoc_session(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """What is out of scope can be walked ad hoc, and asking for that asks no model."""
    user = await make_l1_user(l1, support, goldtape.unique("l1adhoc@example.com"))
    await set_llm_mode(support, "out_of_scope")

    plain = await intake(l1, user, "My car does not start")
    adhoc = await intake(l1, user, "My car does not start", adhoc=True)

    assert (plain.json()["outcome"], plain.json()["session_id"]) == ("out_of_scope", None)
    assert plain.json()["actions"] == ["adhoc", "escalate"]
    assert (adhoc.json()["outcome"], adhoc.json()["session_kind"]) == ("adhoc", "adhoc")
    session = (await get_session(l1, user, adhoc.json()["session_id"])).json()
    assert session["status"] == "active"
    assert await llm_calls(support) == ["classify"]


@pytest.mark.case("l1/F6")
async def test_deleting_a_session_cascades_to_its_flow_proposals(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """A session that is deleted takes its proposals with it, and nobody else's."""
    user = await make_l1_user(l1, support, goldtape.unique("l1cascade@example.com"))
    sessions = []
    for _ in range(2):
        session_id = await build_session(l1, user, "Password expired")
        await answer(l1, user, session_id, await next_node(l1, user, session_id))
        await post(l1, user, session_id, "resolve", {"helpful": True})
        sessions.append(session_id)
    assert [row["l1_session_id"] for row in await rows(support, user, "flow_proposals")] == sessions

    deleted = await support.delete(f"/sessions/{sessions[0]}")

    assert deleted.status_code == 204
    assert [row["l1_session_id"] for row in await rows(support, user, "flow_proposals")] == sessions[1:]


@pytest.mark.case("l1/F7")
@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("admin", 200), ("engineer", 403), ("l1_tech", 403), ("viewer", 403)],
)
async def test_category_get_and_patch_need_owner_or_admin(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape, role: str, status: int
) -> None:
    """Whoever may change the categories may read them, and nobody else."""
    user = await make_user(l1, support, goldtape.unique(f"l1{role}@example.com"), role)

    read = await l1.get("/api/v1/l1/categories", headers=user.headers)
    changed = await l1.patch("/api/v1/l1/categories", json={"enabled": ["vpn", "email"]}, headers=user.headers)
    anonymous = await l1.get("/api/v1/l1/categories")

    assert (read.status_code, changed.status_code, anonymous.status_code) == (status, status, 401)
    if status == 200:
        reread = await l1.get("/api/v1/l1/categories", headers=user.headers)
        assert reread.json()["enabled"] == changed.json()["enabled"] == ["email", "vpn"]


@pytest.mark.case("l1/F7")
async def test_disabled_category_is_out_of_scope(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """A problem of a category that is switched off is out of scope, though the model names it."""
    owner = await make_user(l1, support, goldtape.unique("l1switch@example.com"), "owner")
    await l1.patch("/api/v1/l1/categories", json={"enabled": ["vpn"]}, headers=owner.headers)

    response = await intake(l1, owner, "Printer won't turn on")

    assert (response.status_code, response.json()["outcome"]) == (200, "out_of_scope")


@pytest.mark.case("l1/F8")
async def test_proposals_hold_no_junk_nodes(l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape) -> None:
    """A proposal holds the questions that were answered, no more; without an answer there is none."""
    user = await make_l1_user(l1, support, goldtape.unique("l1junk@example.com"))
    unanswered = await build_session(l1, user, "Printer won't turn on")
    await post(l1, user, unanswered, "resolve", {"helpful": True})

    answered = await build_session(l1, user, "Printer won't print")
    for _ in range(2):
        walked = await answer(l1, user, answered, await next_node(l1, user, answered))
    await post(l1, user, answered, "resolve", {"helpful": True})

    unhelpful = await build_session(l1, user, "Printer is loud")
    await answer(l1, user, unhelpful, await next_node(l1, user, unhelpful))
    await post(l1, user, unhelpful, "resolve", {"helpful": False})

    [proposal] = await rows(support, user, "flow_proposals")
    assert (proposal["l1_session_id"], proposal["title"]) == (answered, "Printer won't print")
    asked = [(step["question"], step["answer"]) for step in walked["walked_path"]]
    assert [(step["question"], step["answer"]) for step in proposal["steps"]] == asked
    assert len(asked) == 2
    assert all(question and text for question, text in asked)
    assert (walked["category"], walked["problem_text"]) == ("printer", "Printer won't print")


@pytest.mark.case("l1/F9")
async def test_depth_cap_counts_answered_questions_exactly(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """Exactly as many questions as the cap are asked; then the server itself says to escalate, for free."""
    user = await make_l1_user(l1, support, goldtape.unique("l1depth@example.com"))
    session_id = await build_session(l1, user, "The network is gone")

    for depth in range(1, DEPTH_CAP + 1):
        node = await next_node(l1, user, session_id)
        assert (node["node_type"], node["depth"]) == ("question", depth)
        await answer(l1, user, session_id, node)
    last = await next_node(l1, user, session_id)
    again = await next_node(l1, user, session_id)

    assert (last["node_type"], last["reason"]) == ("escalate", "depth_cap")
    assert again == last
    assert await llm_calls(support) == ["classify", *["node"] * DEPTH_CAP]
    refused = await post(
        l1, user, session_id, "step", {"node_id": last["id"], "question": last["question"], "answer": "Yes"}
    )
    assert refused.status_code == 409


@pytest.mark.case("l1/F10")
async def test_escalation_falls_back_to_default_recipients(
    l1: httpx.AsyncClient, support: httpx.AsyncClient, goldtape: Tape
) -> None:
    """Those told by default are there and active; when nobody is left, it is escalated with a warning."""
    user = await make_l1_user(l1, support, goldtape.unique("l1tell@example.com"))
    owner = await add_colleague(support, user.account_id, goldtape.unique("owner@example.com"), account_role="owner")
    await add_colleague(
        support, user.account_id, goldtape.unique("gone@example.com"), account_role="engineer", deleted=True
    )
    await add_colleague(
        support, user.account_id, goldtape.unique("idle@example.com"), account_role="admin", is_active=False
    )
    reason = {"reason_category": "needs_l2", "reason": "Beyond L1 scope"}

    told = await post(l1, user, await create_adhoc_session(l1, user, "First"), "escalate", reason)

    assert told.json()["escalation_recipients"] == [owner]
    assert told.json()["warnings"] == []
    assert [row["user_id"] for row in await rows(support, user, "notifications")] == [owner]

    await change_user(support, owner, deleted=True)
    untold = await post(l1, user, await create_adhoc_session(l1, user, "Second"), "escalate", reason)

    assert (untold.status_code, untold.json()["status"]) == (200, "escalated")
    assert untold.json()["escalation_recipients"] == []
    assert untold.json()["warnings"] == ["no_escalation_recipients"]
    assert len(await rows(support, user, "notifications")) == 1
