"""No secret reaches the disk or the terminal, wherever it travels and in whatever spelling."""

from __future__ import annotations

import base64
import json
import secrets
from urllib.parse import quote

import pytest

from .project import Project

SENT = ["authorization", "cookie", "query", "json field", "json in json", "form", "gzip", "basic", "user info"]
RECEIVED = ["set-cookie", "minted field", "minted json in json", "minted gzip", "response header"]

# Test and service get the secrets from the environment, so that no file of the project holds one to begin with.
SERVICE = """
import base64, gzip, json, os
from urllib.parse import quote

import httpx

S = json.loads(os.environ["SECRETS"])
STATUS = 200


def answer(request):
    plain = " ".join(S.values())
    quoted = " ".join(quote(one, safe="") for one in S.values())
    encoded = " ".join(base64.b64encode(one.encode()).decode() for one in S.values())
    body = {
        "accessToken": S["minted field"],
        "payload": json.dumps({"clientSecret": S["minted json in json"], "kept": 1}),
        "seen": base64.b64encode(f"ann:{S['basic']}".encode()).decode(),
        "error": {"details": [{"message": f"refused {plain}, {quoted}, {encoded}", "level": 1}]},
    }
    headers = {
        "Set-Cookie": f"sid={S['set-cookie']}; Path=/; HttpOnly",
        "Location": f"http://127.0.0.1:9/next?token={quote(S['response header'], safe='')}",
        "X-Api-Key": S["response header"],
        "Content-Type": "application/json",
    }
    if request.url.path != "/gzip":
        return httpx.Response(STATUS, headers=headers, content=json.dumps(body))
    headers["Content-Encoding"] = "gzip"
    body["token"] = S["minted gzip"]
    return httpx.Response(STATUS, headers=headers, content=gzip.compress(json.dumps(body).encode()))


answer_late = answer
"""

TEST = """
import gzip, json, os
from urllib.parse import quote

S = json.loads(os.environ["SECRETS"])


def test_everywhere(shop):
    shop.get("/a", params={"api_key": S["query"]}, headers={"Authorization": f"Bearer {S['authorization']}"})
    shop.get("/b", headers={"Cookie": f"session={S['cookie']}"})
    shop.post("/c", json={"password": S["json field"], "payload": json.dumps({"client_secret": S["json in json"]})})
    shop.post("/d", data={"user": "ann", "password": S["form"]})
    packed = gzip.compress(json.dumps({"refresh_token": S["gzip"]}).encode())
    shop.post("/gzip", content=packed, headers={"Content-Encoding": "gzip", "Content-Type": "application/json"})
    shop.get("/e", auth=("ann", S["basic"]))
    shop.post("/f", json={"url": f"https://ann:{quote(S['user info'], safe='')}@mirror.test/x"})
    shop.get(shop.base_url.copy_with(path="/g", username="ann", password=S["user info"]))
    said = shop.get("/h", headers={"X-User": "ann"}).json()
    shop.post("/i", json={"token": said["accessToken"]})
"""


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Place -> a secret nobody has seen before, with characters that are spelled differently in a URL."""
    found = {place: f"s3/{secrets.token_hex(8)}+{secrets.token_hex(4)}" for place in SENT + RECEIVED}
    monkeypatch.setenv("SECRETS", json.dumps(found))
    return found


def test_no_secret_reaches_a_file_or_the_terminal(shop: Project, planted: dict[str, str]) -> None:
    """Recorded, replayed, drifted, unmatched, unplayed and failed: no spelling of any secret is left anywhere."""
    project = shop.add("service.py", SERVICE).add("tests/test_shop.py", TEST)

    recorded = project.record()
    assert recorded.outcomes == {"passed": 1}

    replayed = recorded.replay()
    assert replayed.outcomes == {"passed": 1}

    again = replayed.record()
    assert again.changed == []

    drifted = (
        again.change_service("STATUS = 200", "STATUS = 202")
        .change_service('"level": 1', '"level": 1, "token": plain')
        .verify()
    )
    assert drifted.outcomes == {"failed": 1}
    assert "breaking" in drifted.output

    unmatched = again.edit("tests/test_shop.py", '"/a", params={', '"/a", params={"new": S["query"], ').replay()
    assert unmatched.outcomes == {"failed": 1}
    assert "no recorded answer for GET /a" in unmatched.output

    unplayed = again.edit("tests/test_shop.py", '    shop.post("/d"', '    0 and shop.post("/d"').replay()
    assert "were not played" in unplayed.output

    failing = again.add("tests/test_shop.py", TEST + "    assert False\n").change_service("= 200", "= 202").verify()
    assert failing.outcomes == {"failed": 1}

    for project in (recorded, replayed, again, drifted, unmatched, unplayed, failing):
        assert leaks(project, planted) == []


def test_the_search_for_leaks_finds_one(shop: Project, planted: dict[str, str]) -> None:
    """A search that cannot find proves nothing: each spelling of each secret is found where it was put."""
    for place, secret in planted.items():
        for text in (secret, quote(secret, safe=""), base64.b64encode(f"ann:{secret}".encode()).decode()):
            assert leaks(shop.add("cassettes/x.yaml", f"body: {text}\n"), {place: secret}) == [
                f"{place} in cassettes/x.yaml"
            ]


def test_what_is_redacted_still_tells_two_secrets_apart(shop: Project, planted: dict[str, str]) -> None:
    """The client's own secrets are all alike; those that the server minted are numbered, and can be sent back."""
    recorded = shop.add("service.py", SERVICE).add("tests/test_shop.py", TEST).record()

    snapshot = json.loads(recorded.golden("snapshots/test_shop/test_everywhere.json"))
    by_path = {one["request"]: one for one in snapshot["exchanges"]}

    assert by_path["GET /a"]["as"] == "Bearer [redacted]"
    assert by_path["GET /a"]["query"] == {"api_key": "[redacted]"}
    assert by_path["POST /c"]["sent"]["password"] == "[redacted]"
    assert by_path["POST /i"]["sent"]["token"] == by_path["GET /a"]["received"]["accessToken"] == "[redacted-3]"
    assert by_path["POST /d"]["sent-text"] == "user=ann&password=[redacted]"
    assert json.loads(by_path["POST /c"]["received"]["payload"])["kept"] == 1
    assert by_path["GET /a"]["headers"]["location"].startswith("http://shop.test/next?token=[redacted-")


NOTE = """
def test_note(shop):
    shop.post("/v1/carts", json={"name": "birthday"})
"""
RANDOM = "q7Zt3mX9vL2kR8wB5nYc" + "J4hD6gFsP1eA0uTiO"
LEAKY = (
    '"name": read(request)["name"], ',
    '"name": read(request)["name"], "note": "q7Zt3mX9vL2kR8wB5nYc" + "J4hD6gFsP1eA0uTiO", ',
)


def test_a_secret_that_no_rule_knows_stops_the_recording(shop: Project) -> None:
    """The scanner is the last gate: test and field are named, the value is not shown, and nothing is written."""
    recorded = shop.add("tests/test_shop.py", NOTE).recorded()

    leaky = recorded.change_service(*LEAKY).record()

    assert leaky.outcomes == {"failed": 1}
    assert leaky.changed == []
    assert leaky.report == [
        "tests/test_shop.py::test_note was not recorded: 1 value(s) look like secrets",
        "  1. received.note   Base64 High Entropy String",
        "next: name the field under `secrets` of its system in [tool.goldtape.systems], so that it is redacted; "
        "if it is harmless, name it under `public`",
    ]
    assert leaks(leaky, {"note": RANDOM}) == []
    assert leaky.summary == ["1 test, 1 exchange: 0 written, 0 unchanged, 1 failed and left as they were"]


def test_a_field_named_secret_is_redacted(shop: Project) -> None:
    """`secrets = ["note"]` in the system's table lets the recording pass, without the value."""
    leaky = shop.add("tests/test_shop.py", NOTE).change_service(*LEAKY)

    recorded = leaky.configure('actor = "X-User"', 'actor = "X-User"\nsecrets = ["note"]').record()

    assert recorded.outcomes == {"passed": 1}
    assert '"note": "[redacted-1]"' in recorded.golden("snapshots/test_shop/test_note.json")
    assert leaks(recorded, {"note": RANDOM}) == []


def test_a_field_declared_public_is_written_as_it_is(shop: Project) -> None:
    """`public = ["note"]` says that the value is harmless; then the goldens hold it."""
    leaky = shop.add("tests/test_shop.py", NOTE).change_service(*LEAKY)

    recorded = leaky.configure('actor = "X-User"', 'actor = "X-User"\npublic = ["note"]').record()

    assert recorded.outcomes == {"passed": 1}
    assert RANDOM in recorded.golden("snapshots/test_shop/test_note.json")


def test_a_snapshot_of_the_tests_own_is_scanned_as_well(shop: Project) -> None:
    """`assert x == snapshot` writes a file too: a secret in it stops the recording like any other."""
    own = """
    def test_note(goldtape, snapshot):
        assert {"note": "q7Zt3mX9vL2kR8wB5nYc" + "J4hD6gFsP1eA0uTiO"} == snapshot
    """

    recorded = shop.add("tests/test_shop.py", own).record()

    assert recorded.outcomes == {"failed": 1}
    assert recorded.changed == []


def leaks(project: Project, planted: dict[str, str]) -> list[str]:
    """Where a secret is found: in a file of the project or in what the last command showed."""
    texts = {path: raw for path, raw in project.files.items() if not path.endswith(".py")}
    texts["the terminal"] = project.output.encode()
    return [
        f"{place} in {where}"
        for place, secret in planted.items()
        for where, raw in texts.items()
        if any(spelling in raw for spelling in spellings(secret))
    ]


def spellings(secret: str) -> set[bytes]:
    """The secret plain, percent-encoded, and in base64 wherever it may begin within a longer text."""
    raw = secret.encode()
    # Of base64 only the groups that hold nothing but the secret are sure; it can begin at three places of a group.
    inner = {base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4] for shift in range(3)}
    return {
        raw,
        quote(secret, safe="").encode(),
        *inner,
        *(one.translate(bytes.maketrans(b"+/", b"-_")) for one in inner),
    }
