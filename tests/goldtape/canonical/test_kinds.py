"""kinds: a row says all that there is to know about a kind of minted value."""

from __future__ import annotations

import re

import pytest

from goldtape.canonical import placeholders
from goldtape.canonical.kinds import KINDS, Kind
from goldtape.config import VOLATILE_CLASSES
from goldtape.exchange.interaction import Interaction, Json, Request, Response


def test_every_kind_has_a_name_in_the_table_of_a_system() -> None:
    """`as = "..."` takes the kinds, and "constant" besides."""
    assert sorted(VOLATILE_CLASSES) == sorted([*(kind.name for kind in KINDS), "constant"])


@pytest.mark.parametrize("origin", ["", "login"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.hint], ids=lambda kind: kind.name)
def test_a_placeholder_looks_like_its_kind(kind: Kind, origin: str) -> None:
    """A replayed client parses it as it parses the value, and recording it again gives the same placeholder."""
    text = {"uuid": "6f1ed002-ab59-4b5e-9e6f-0242ac120002", "instant": "2026-01-02T03:04:05.123456Z"}[kind.name]
    match = kind.looks.fullmatch(text)
    assert match

    written = kind.spell(match, kind.placeholder(origin, 7))

    assert kind.hint in written
    again = kind.looks.fullmatch(written)
    assert again
    assert kind.key(again) == kind.placeholder(origin, 7)


@pytest.mark.parametrize("digit", "0fF")
def test_a_uuid_that_says_there_is_none_is_data(digit: str) -> None:
    """The nil and the max UUID (RFC 9562) stand for nothing that a server minted."""
    none = re.sub("x", digit, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")
    one = Interaction(Request("GET", "http://a.test/", {}), Response(200, "", {}, Json({"parent": none})))

    assert placeholders.stabilise([one]) == [one]


def test_a_new_row_is_a_new_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the row is needed for its values to be found, numbered and replaced."""
    ulid = Kind(
        "ulid",
        lambda _, number: f"0{number:025d}",
        looks=re.compile(r"\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b"),
    )
    monkeypatch.setattr(placeholders, "KINDS", (*KINDS, ulid))
    monkeypatch.setattr(placeholders, "_BY_LOOK", [*placeholders._BY_LOOK, ulid])
    minted = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
    one = Interaction(Request("GET", "http://a.test/", {}), Response(200, "", {}, Json({"id": minted, "n": 1})))

    [stable] = placeholders.stabilise([one])

    assert stable.response.body == Json({"id": f"0{1:025d}", "n": 1})
