"""Secrets in bodies that are no UTF-8 text, in bodies that nobody can read, and outside the goldens."""

from __future__ import annotations

import pytest

from .project import Project

ECHO = """
import os
import httpx

S = os.environ["SECRET"]


def answer(request):
    return httpx.Response(200, content=request.content, headers={"Content-Type": request.headers["content-type"]})


answer_late = answer
"""
FORMS = {
    "utf-16": ("application/json", """json.dumps({"password": S, "n": 1}).encode("utf-16")"""),
    "latin-1": ("text/plain; charset=latin-1", """f"f\\xeate password={S}".encode("latin-1")"""),
    "tainted": ("application/json", """json.dumps({"credentials": {"pw": S}, "n": 1}).encode()"""),
    "named beside": ("application/json", """json.dumps([{"name": "DB_PASSWORD", "value": S}]).encode()"""),
    "number": ("application/json", """json.dumps({"pin": sum(S.encode()) * 98765}).encode()"""),
    "url": ("application/json", """json.dumps({"next": f"https://a.test/x?n=1&access_token={S}"}).encode()"""),
    "form": ("Application/X-WWW-Form-Urlencoded; charset=UTF-8", """f"a=1&password={S}".encode()"""),
    "csv": ("text/csv", """f"id,password\\n1,{S}\\n".encode()"""),
    "yaml": ("text/plain", """f"db:\\n  password: {S}\\n  host: x\\n".encode()"""),
    "xml": ("text/xml", """f"<a><secret><![CDATA[{S}]]></secret></a>".encode()"""),
    "connection string": ("text/plain", """f"Server=x;Password={S};Encrypt=true".encode()"""),
    "pem": (
        "application/octet-stream",
        """f"-----BEGIN PRIVATE KEY-----\\n{S}\\n-----END PRIVATE KEY-----".encode()""",
    ),
    "gzip": ("application/gzip", """gzip.compress(f"API_KEY={S}".encode(), mtime=0)"""),
    "multipart": (
        "multipart/form-data; boundary=b7",
        """b"".join([
        b'--b7\\r\\nContent-Disposition: form-data; name="password"\\r\\n\\r\\n', S.encode(),
        b'\\r\\n--b7\\r\\nContent-Disposition: form-data; name="pic"\\r\\nContent-Type: image/png\\r\\n\\r\\n',
        bytes(range(128, 256)), b"\\r\\n--b7--\\r\\n"])""",
    ),
}
FIRST, SECOND = "q7Zt3mX9vL2kR8wB", "correct-horse-battery"


def asking(content_type: str, body: str) -> str:
    return f"""
import gzip, json, os

S = os.environ["SECRET"]


def test_ask(shop):
    body = {body}
    answer = shop.post("/echo", content=body, headers={{"Content-Type": {content_type!r}}})
    assert answer.status_code == 200
"""


@pytest.mark.parametrize("form", FORMS)
def test_recorded_with_one_secret_and_replayed_with_another(
    shop: Project, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Whatever carries it: it is in no file, and the request is known by the rest."""
    monkeypatch.setenv("SECRET", FIRST)
    recorded = shop.add("service.py", ECHO).add("tests/test_shop.py", asking(*FORMS[form])).record()
    assert recorded.outcomes == {"passed": 1}
    assert len(recorded.goldens) == 2
    number = str(sum(FIRST.encode()) * 98765)
    for raw in recorded.goldens.values():
        assert not any(trace.encode() in raw.replace(b"\0", b"") for trace in (FIRST, number))

    same = recorded.replay()
    monkeypatch.setenv("SECRET", SECOND)
    other = recorded.replay()
    again = other.record()

    assert (same.outcomes, other.outcomes) == ({"passed": 1}, {"passed": 1})
    assert again.changed == []


FILES = """
import httpx


def answer(request):
    type_ = request.url.path.removeprefix("/")
    return httpx.Response(200, content=b"\\x08\\x96\\x01\\x12\\x04ab\\xff\\xfe", headers={"Content-Type": type_})


answer_late = answer
"""
ASK = """
def test_ask(shop):
    shop.get("/{}")
"""


def test_a_body_that_nobody_can_read_is_not_recorded(shop: Project) -> None:
    """The message names test, exchange, content type, and what declares it; then it is recorded and replayed."""
    project = shop.add("service.py", FILES).add("tests/test_shop.py", ASK.format("application/x-protobuf"))

    refused = project.record()

    assert refused.changed == []
    assert refused.report == [
        "tests/test_shop.py::test_ask was not recorded: 1 body cannot be read, and could hold a secret",
        "  1. received of GET /application/x-protobuf (9 bytes)   application/x-protobuf",
        "next: if they may be kept as they are, say so in the table of their system in [tool.goldtape.systems]: "
        'opaque = ["application/x-protobuf"]; images, fonts, audio and video need no word',
    ]
    for declared in ("application/x-protobuf", "application/*", "/application/*"):
        recorded = project.configure('actor = "X-User"', f'actor = "X-User"\nopaque = ["{declared}"]').record()
        assert recorded.outcomes == recorded.replay().outcomes == {"passed": 1}


def test_an_image_is_recorded_without_a_word(shop: Project) -> None:
    """What can be read in its bytes is looked at like any other string."""
    project = shop.add("service.py", FILES).add("tests/test_shop.py", ASK.format("image/png"))
    keyed = project.change_service("ab\\xff", " q7Zt3mX9vL2kR8wB5nYcJ4hD6gFsP1eA0uTiO \\xff")

    assert project.record().outcomes == {"passed": 1}
    assert keyed.record().outcomes == {"failed": 1}


PARAMETER = """
import pytest


@pytest.mark.parametrize("word", ["Tr0ub4dor-and-3"])
def test_log_in(shop, word):
    shop.post("/v1/carts", json={"name": "x", "password": word})
"""


def test_a_secret_in_a_parameter_reaches_no_file_name(shop: Project) -> None:
    """A parameter names the goldens and stands in the list of results, so it is refused."""
    refused = shop.add("tests/test_shop.py", PARAMETER).record()

    assert refused.changed == []
    assert refused.report == [
        "the test's id holds a secret, and goldens would show it: tests/test_shop.py::test_log_in[[redacted]]",
        "next: give the value another name; for a parameter: pytest.param(value, id=...)",
    ]
    found = {path: raw for path, raw in refused.files.items() if b"Tr0ub4dor" in raw or "Tr0ub4dor" in path}
    assert list(found) == ["tests/test_shop.py"]

    shown = refused.record("--junitxml=.goldtape/junit.xml")
    assert b"test_log_in[[redacted]]" in shown.files[".goldtape/junit.xml"]
    assert b"Tr0ub4dor" not in shown.files[".goldtape/junit.xml"]
    assert not any("Tr0ub4dor" in line for line in shown.lines)

    named = refused.edit("tests/test_shop.py", '["Tr0ub4dor-and-3"]', '[pytest.param("Tr0ub4dor-and-3", id="good")]')
    assert named.record().outcomes == {"passed": 1}


SHAPED = """
import pytest


@pytest.mark.parametrize("word", ["ghp_{0}", "ghp_{0}x", "plain"])
def test_ask(shop, word):
    shop.get("/v1/items?limit=1")
""".format("a1B2c3D4e5F6g7H8" * 2)


def test_a_parameter_with_the_shape_of_a_secret_is_no_part_of_an_id(shop: Project) -> None:
    """pytest itself never has it: not in its lines, not in junit.xml, not in its cache; the test can be recorded."""
    cached = shop.configure(" -p no:cacheprovider", "").add("tests/test_shop.py", SHAPED)

    recorded = cached.record("-v", "--junitxml=.goldtape/junit.xml")

    assert recorded.outcomes == {"passed": 3}
    assert sorted(path for path in recorded.changed if path.startswith("cassettes/")) == [
        f"cassettes/test_shop/test_ask[{word}].yaml" for word in ("[redacted]0", "[redacted]1", "plain")
    ]
    assert not any("ghp_" in line for line in recorded.lines)
    assert [path for path, raw in recorded.files.items() if b"ghp_" in raw] == ["tests/test_shop.py"]
