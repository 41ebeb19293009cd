"""Two tests that several stories begin with: a cart that is filled, and a login."""

from __future__ import annotations

CART = """
def test_buy(shop):
    cart = shop.post("/v1/carts", json={"name": "birthday"}).json()
    path = f"/v1/carts/{cart['id']}"
    alice = {"X-User": "alice", "If-Match": f'"{cart["etag"]}"'}

    filled = shop.put(f"{path}/items/apple", json={"count": 3}, headers=alice)
    stale = shop.put(f"{path}/items/pear", json={"count": 1}, headers=alice)

    assert (filled.status_code, stale.status_code) == (200, 412)
    assert filled.json()["changedAt"] in stale.json()["error"]["message"]
    assert shop.get(path).json()["items"] == [{"sku": "apple", "count": 3, "price": 2.5}]


def test_log_in(shop):
    token = shop.post("/v1/login", json={"user": "alice", "password": "correct horse"}).json()["token"]
    assert shop.get("/v1/items?limit=1", headers={"Authorization": f"Bearer {token}"}).status_code == 200
"""
