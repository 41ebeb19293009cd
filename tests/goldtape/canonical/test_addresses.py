"""addresses: nothing in a golden tells where the service ran."""

from __future__ import annotations

import pytest

from goldtape.canonical.addresses import substitute, substitutions_for
from goldtape.exchange.interaction import Interaction, Json, Request, Response

LIVE, CANONICAL = "http://127.0.0.1:43211", "http://shop.test"


def live_interaction(text: str) -> Interaction:
    """An interaction that names its own address, as `text` spells it, in every place."""
    return Interaction(
        Request("GET", f"{text}/a", {"referer": f"{text}/"}, Json({text: [text]})),
        Response(201, "Created", {"location": f"{text}/orders/1"}, Json({"next": f"see {text}/b", "n": 1})),
    )


@pytest.mark.parametrize(
    ("live", "canonical"),
    [
        pytest.param(LIVE, CANONICAL, id="url"),
        pytest.param("127.0.0.1:43211", "shop.test", id="host-alone"),
        pytest.param("user-127-0-0-1-43211", "user-shop-test", id="name-of-a-cookie"),
        pytest.param("http%3A%2F%2F127.0.0.1%3A43211", "http%3A%2F%2Fshop.test", id="quoted"),
    ],
)
def test_substitute_live_address_gives_the_canonical_one_everywhere(live: str, canonical: str) -> None:
    """URI, headers, bodies and the keys in them: nothing tells where the service ran."""
    pairs = substitutions_for(f"{LIVE}/", CANONICAL)

    assert substitute(live_interaction(live), pairs) == live_interaction(canonical)


def test_substitute_longer_address_goes_first() -> None:
    """A deployment below a path loses the path too, not only its host."""
    pairs = substitutions_for("https://example.test/shop", CANONICAL)

    one = substitute(live_interaction("https://example.test/shop"), pairs)

    assert one == live_interaction(CANONICAL)
