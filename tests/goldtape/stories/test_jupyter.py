"""A login by cookie at a real jupyter-server: it has a form against forged requests, and its port in a cookie's name.

Only in a live run (`pytest --live`): the story starts the server, with a password and a port of its own each time.
"""

from __future__ import annotations

import hashlib
import json

import pytest

from .outside import need
from .project import Project

pytestmark = [pytest.mark.live, pytest.mark.allow_network]

PASSWORD = "hush-hush-lab"
HASHED = f"sha256:salt:{hashlib.sha256(f'{PASSWORD}salt'.encode()).hexdigest()}"
TABLE = f"""
[tool.goldtape.systems.lab]
host = "http://lab.test"
url-env = "LAB_URL"
ready = "/api"
environ = {{ HOME = "home", JUPYTER_NO_CONFIG = "1", JUPYTER_RUNTIME_DIR = "home/run", JUPYTER_DATA_DIR = "home/data" }}
serve = '''
    python -m jupyter_server --no-browser --allow-root --ServerApp.ip=127.0.0.1 --ServerApp.port={{port}}
    --ServerApp.port_retries=0 --ServerApp.root_dir=home --PasswordIdentityProvider.hashed_password={HASHED}
'''
volatile = [
    {{ path = "identity.username", as = "token", why = "random for every login" }},
    {{ path = "identity.name", as = "token", why = "a moon of Jupiter, at random" }},
    {{ path = "identity.display_name", as = "token", why = "the same" }},
    {{ path = "identity.initials", as = "constant", why = "of the name" }},
]

[tool.pytest.ini_options]
"""
STORY = f"""
import re

import httpx
import pytest

@pytest.fixture
def lab(goldtape):
    with httpx.Client(base_url=goldtape.url("lab")) as client:
        if goldtape.live:
            with open("ports.txt", "a") as ports:
                print(client.base_url.port, file=ports)
        yield client

def log_in(lab, password):
    form = re.search(r'name="_xsrf" value="([^"]+)"', lab.get("/login").text)
    return lab.post("/login", data={{"_xsrf": form[1], "password": password}})

def test_login(lab):
    assert lab.get("/api/me").status_code == 403
    assert log_in(lab, "a wrong one").status_code == 401
    assert log_in(lab, "{PASSWORD}").status_code == 302
    assert lab.get("/api/me").json()["identity"]["name"]
    forged = lab.post("/api/contents", json={{"type": "directory"}})
    same_site = {{"X-XSRFToken": lab.cookies["_xsrf"]}}
    made = lab.post("/api/contents", json={{"type": "directory"}}, headers=same_site)
    assert (forged.status_code, made.status_code) == (403, 201)
    assert lab.delete("/api/contents/" + made.json()["name"], headers=same_site).is_success
    assert lab.get("/logout").status_code == 200
    assert lab.get("/api/me").status_code == 403
"""


def test_a_login_at_jupyter_replays(shop: Project, pytestconfig: pytest.Config) -> None:
    """Recorded on two ports with the same goldens, and replayed; neither password nor port is in them."""
    need(pytestconfig, "jupyter_server")
    lab = shop.configure("[tool.pytest.ini_options]\n", TABLE).add("home/.keep", "")
    lab = lab.add("tests/conftest.py", "").add("tests/test_lab.py", STORY)

    recorded = lab.record()
    assert recorded.outcomes == {"passed": 1}, recorded.output
    replayed = recorded.replay()
    assert replayed.outcomes == {"passed": 1}, replayed.output
    again = recorded.record()

    assert again.goldens == recorded.goldens
    ports = again.golden("ports.txt").split()
    assert len(set(ports)) == 2, "each recording had a port of its own"
    goldens = b"".join(recorded.goldens.values()).decode()
    assert "username-lab-test=" in goldens
    assert [
        text for text in (PASSWORD, HASHED, *ports, "127.0.0.1", "127-0-0-1", "2|", "2%7C") if text in goldens
    ] == []
    shown = json.loads(recorded.golden("snapshots/test_lab/test_login.json"))["exchanges"]
    assert [one["status"] for one in shown] == [403, 200, 401, 200, 302, 200, 403, 201, 204, 200, 403]
