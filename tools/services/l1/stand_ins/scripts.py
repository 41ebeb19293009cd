"""What the stand-in answers while nothing is wrong with it.

A script is a category's questions in order, and how its walks end. The lengths differ on purpose: a password
walk resolves after one question, a VPN walk escalates after two, a printer walk resolves after six, and one
about the network never ends by itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

Json = dict[str, Any]

# The same id every time: whoever trusts it can never tell two nodes apart.
MODEL_NODE_ID = "n1"


class Ending(NamedTuple):
    """The node after the last question."""

    node_type: str
    text: str


class Script(NamedTuple):
    """A walk; without an ending its last question comes again and again, numbered."""

    signs: tuple[str, ...]
    questions: tuple[str, ...]
    ending: Ending | None


SCRIPTS: dict[str, Script] = {
    "printer": Script(
        ("print", "toner"),
        (
            "Is the printer plugged in and is its power light on?",
            "Does the display show an error?",
            "Is there paper in the tray?",
            "Does a test page print?",
            "Is the printer shown as online on the computer?",
            "Is anything waiting in the print queue?",
        ),
        Ending("resolution", "Clear the queue, switch the printer off and on, and print again."),
    ),
    "password": Script(
        ("password", "log in", "login"),
        ("Has the password expired?",),
        Ending("resolution", "Send the reset link and stay on the line until the login works."),
    ),
    "vpn": Script(
        ("vpn",),
        ("Does the connection work without the VPN?", "Is the VPN client up to date?"),
        Ending("escalate", "The VPN gateway refuses the client. Escalate to the network team."),
    ),
    "email": Script(
        ("mail",),
        ("Can other mail be sent?", "Is the mailbox full?"),
        Ending("resolution", "Archive old mail and send again."),
    ),
    "network": Script(("network", "wifi", "wi-fi"), ("Is device number {n} on the route reachable?",), None),
}


def classify(question: Json) -> Json:
    """Answer `{in_scope, category}` by the first sign of a category in the problem."""
    problem = question["problem"].lower()
    for category, script in SCRIPTS.items():
        if any(sign in problem for sign in script.signs):
            return {"in_scope": True, "category": category}
    return {"in_scope": False, "category": None}


def next_node(question: Json) -> Json:
    """Answer the node that follows the history, by the category's script."""
    script = SCRIPTS.get(question["category"], SCRIPTS["network"])
    answered = len(question["history"])
    if answered < len(script.questions) or script.ending is None:
        text = script.questions[min(answered, len(script.questions) - 1)].format(n=answered + 1)
        return _node("question", text, ["Yes", "No"], "Ask the customer and wait for the answer.")
    return _node(script.ending.node_type, script.ending.text, [], None)


def _node(node_type: str, text: str, options: list[str], hint: str | None) -> Json:
    return {"id": MODEL_NODE_ID, "node_type": node_type, "question": text, "options": options, "help": hint}
