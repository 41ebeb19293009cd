"""arrange: a refused step that only arranges is no judgement."""

from __future__ import annotations

import httpx
import pytest

from goldtape import NotJudged, arranged


def test_an_arrangement_that_comes_off_is_the_response() -> None:
    """So a helper can read from it at once."""
    response = httpx.Response(201, json={"id": 1})

    assert arranged(response) is response


def test_an_arrangement_that_is_refused_says_what_was_answered() -> None:
    """It is no AssertionError: nothing that the plan says was looked at."""
    response = httpx.Response(
        422, json={"detail": "no question"}, request=httpx.Request("POST", "http://shop.test/items")
    )

    with pytest.raises(NotJudged) as refused:
        arranged(response)

    assert str(refused.value) == (
        'POST http://shop.test/items answered 422 where the test arranges: {"detail":"no question"}'
    )
