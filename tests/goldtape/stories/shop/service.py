"""The service of the stories: a shop that mints ids, etags, instants and tokens, new ones in every run."""

from __future__ import annotations

import asyncio
import itertools
import random
import re
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

CARTS: dict[str, dict[str, Any]] = {}
POLLS = itertools.count(1)
CLAIMS = [f"gift-{number}" for number in range(20)]


def create_cart(request: httpx.Request) -> httpx.Response:
    """A new cart, under an id of the server's."""
    cart = {"id": str(uuid.uuid4()), "name": read(request)["name"], "items": [], "createdAt": now()}
    CARTS[cart["id"]] = cart
    return stamped(cart, 201)


def put_item(request: httpx.Request, cart_id: str, sku: str) -> httpx.Response:
    """Put an item into a cart, when the cart is still as the client last saw it."""
    cart = CARTS[cart_id]
    if request.headers.get("if-match") != f'"{cart["etag"]}"':
        return refused(412, "STALE", f"cart {cart_id} was changed at {cart['changedAt']}")
    cart["items"].append({"sku": sku, "count": read(request)["count"], "price": 2.5})
    return stamped(cart, 200)


def get_cart(request: httpx.Request, cart_id: str) -> httpx.Response:
    """A cart as it is."""
    if cart_id not in CARTS:
        return refused(404, "NO_CART", f"there is no cart {cart_id}")
    return stamped(CARTS[cart_id], 200)


def list_items(request: httpx.Request) -> httpx.Response:
    """As many items as are asked for, page by page."""
    number = int(request.url.params["limit"])
    return httpx.Response(200, json={"items": [{"id": f"item-{n:04}", "stock": n % 7} for n in range(number)]})


def log_in(request: httpx.Request) -> httpx.Response:
    """A token for a user; it is a secret, and new each time."""
    token = secrets.token_urlsafe(24)
    return httpx.Response(200, json={"token": token}, headers={"Set-Cookie": f"session={secrets.token_hex(16)}"})


def get_order(request: httpx.Request) -> httpx.Response:
    """An order that becomes ready after a few questions, nobody knows how many."""
    ready = next(POLLS) > random.randint(2, 4)
    return httpx.Response(200, json={"state": "ready" if ready else "packing"})


def claim(request: httpx.Request) -> httpx.Response:
    """Whichever gift happens to be next."""
    gift = CLAIMS.pop(random.randrange(len(CLAIMS)))
    return httpx.Response(200, json={"gift": gift, "for": request.headers["x-user"]})


def go_on(request: httpx.Request) -> httpx.Response:
    """The old address of the list of items."""
    return httpx.Response(307, headers={"Location": str(request.url.copy_with(path="/v1/items"))})


ROUTES: list[tuple[str, str, Callable[..., httpx.Response]]] = [
    ("POST", r"/v1/carts", create_cart),
    ("PUT", r"/v1/carts/([^/]+)/items/([^/]+)", put_item),
    ("GET", r"/v1/carts/([^/]+)", get_cart),
    ("GET", r"/v1/items", list_items),
    ("POST", r"/v1/login", log_in),
    ("GET", r"/v1/orders/1", get_order),
    ("POST", r"/v1/claims", claim),
    ("GET", r"/old/items", go_on),
]


def answer(request: httpx.Request) -> httpx.Response:
    """The answer to a request; every request is noted in `calls.txt`."""
    with Path("calls.txt").open("a", encoding="utf-8") as calls:
        calls.write(f"{request.method} {request.url.path}\n")
    for method, pattern, function in ROUTES:
        if method == request.method and (match := re.fullmatch(pattern, request.url.path)):
            return function(request, *match.groups())
    return refused(404, "NO_ROUTE", f"no route {request.url.path}")


async def answer_late(request: httpx.Request) -> httpx.Response:
    """The answer after a moment that differs each time, so that answers overtake each other."""
    await asyncio.sleep(random.random() / 100)
    return answer(request)


def stamped(cart: dict[str, Any], status: int) -> httpx.Response:
    """A cart with a new etag, and the instant of it."""
    if status == 201 or cart.get("seen") != len(cart["items"]):
        cart |= {"etag": secrets.token_hex(8), "changedAt": now(), "seen": len(cart["items"])}
    shown = {key: value for key, value in cart.items() if key != "seen"}
    return httpx.Response(status, json=shown, headers={"ETag": f'"{cart["etag"]}"', "Date": now()})


def refused(status: int, code: str, message: str) -> httpx.Response:
    """An error as the shop words it."""
    return httpx.Response(status, json={"error": {"code": code, "message": message}})


def read(request: httpx.Request) -> Any:
    """The JSON that a request holds."""
    return httpx.Response(200, content=request.content).json()


def now() -> str:
    """This instant, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
