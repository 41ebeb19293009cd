"""walk: no string of an interaction is passed over, and what does not change keeps its spelling."""

from __future__ import annotations

from typing import Any

import pytest

from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response
from goldtape.exchange.walk import change_interaction, change_uri, leaves, request_leaves, response_leaves

FORM = {"content-type": "application/x-www-form-urlencoded"}


def story(word: str) -> Interaction:
    """An interaction that says a word wherever it can."""
    return Interaction(
        Request(
            "POST", f"http://a.test/{word}/x?{word}={word}", {"x-note": word}, Json({word: [word, {"deep": word}]})
        ),
        Response(201, "Created", {"location": f"/{word}", "link": word}, f"text {word}"),
    )


def swap(name: str, value: Any) -> Any:
    return value.replace("one", "two") if isinstance(value, str) else value


def test_every_string_and_name_is_changed() -> None:
    """Path, parameters and their names, headers, texts, values and keys."""
    assert change_interaction(story("one"), swap) == story("two")


def test_every_string_and_name_is_read() -> None:
    """With the nearest name above it."""
    one = story("one")

    assert list(request_leaves(one.request)) == [
        *(("", ""), ("", "one"), ("", "x"), ("one", "one"), ("x-note", "one")),
        *(("", "one"), ("one", "one"), ("", "deep"), ("deep", "one")),
    ]
    assert list(response_leaves(one.response)) == [("location", "/one"), ("link", "one"), ("", "text one")]


@pytest.mark.parametrize(
    ("uri", "changed"),
    [
        pytest.param("http://a.test/a%20one?x=%6fne", "http://a.test/a%20two?x=two", id="quoted"),
        pytest.param("http://a.test/%7Ex?b=%7E&a", "http://a.test/%7Ex?b=%7E&a", id="untouched"),
        pytest.param("http://one.test/?x=1", "http://one.test/?x=1", id="host"),
    ],
)
def test_a_uri_is_changed_by_its_parts(uri: str, changed: str) -> None:
    """Parts are unquoted for the change; a part that stays keeps its spelling, and so does the host."""
    assert change_uri(uri, swap) == changed


def test_a_form_is_changed_by_its_fields() -> None:
    """A field is known by its name, and an unchanged form keeps its bytes."""
    form = Interaction(Request("POST", "http://a.test/", FORM, "a=o%6Ee&b=x+y"), Response(200, "", {}))

    assert list(request_leaves(form.request))[-2:] == [("a", "one"), ("b", "x y")]
    assert change_interaction(form, swap).request.body == "a=two&b=x+y"
    assert change_interaction(form, lambda name, value: value).request.body == "a=o%6Ee&b=x+y"


@pytest.mark.parametrize("body", [Json({"a": [1, {"b": None}]}), "text", b"bytes", None])
def test_an_unchanged_body_is_the_same_object(body: Body) -> None:
    """A large body that holds nothing to change costs no copy."""
    one = Interaction(Request("GET", "http://a.test/", {}, body), Response(200, "", {}))

    assert change_interaction(one, swap).request.body is body


def test_keys_that_become_equal_stay_two() -> None:
    """The second is told from the first."""
    one = Interaction(Request("GET", "http://a.test/", {}), Response(200, "", {}, Json({"one": 1, "two": 2})))

    assert change_interaction(one, swap).response.body == Json({"two": 1, "two~2": 2})


def test_leaves_come_in_the_order_of_the_keys() -> None:
    """A server may write them in any order; keys that are ids keep theirs."""
    first, second = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "92")

    assert list(leaves(Json({"b": 1, "a": 2}))) == [("", "a"), ("a", 2), ("", "b"), ("b", 1)]
    assert [name for name, _ in leaves(Json({first: 1, second: 2})) if name] == [first, second]
