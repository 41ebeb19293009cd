"""A shop with a plan: two tests that carry two cases, and the command that judges them."""

from __future__ import annotations

from .project import SHOP_URL, Project

CASES = """
[[case]]
id = "shop/buy"
test = "test_shop.py::test_buy"
must = "what is put into a cart is in it"

[[case]]
id = "shop/browse"
test = "test_shop.py::test_browse"
must = "as many items are listed as are asked for"
"""
TESTS = """
import pytest
from goldtape import NotJudged, arranged

@pytest.mark.case("shop/buy")
def test_buy(shop):
    cart = arranged(shop.post("/v1/carts", json={"name": "birthday"})).json()
    headers = {"X-User": "alice", "If-Match": f'"{cart["etag"]}"'}
    put = shop.put(f"/v1/carts/{cart['id']}/items/apple", json={"count": 3}, headers=headers).json()
    assert put["items"][0]["count"] == 3

@pytest.mark.case("shop/browse")
def test_browse(shop):
    assert len(shop.get("/v1/items?limit=2").json()["items"]) == 2
"""
TEST = "tests/test_shop.py"
HEADING = f"shop   against the plan, at {SHOP_URL}"
WRONG = ('"count": read(request)["count"], "price": 2.5})', '"count": 7, "price": 2.5})')


def judged(project: Project, *arguments: str) -> Project:
    """`pytest --live --against=plan`"""
    return project.run("--live", "--against=plan", *arguments)
