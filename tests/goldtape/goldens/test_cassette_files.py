"""storage: files by other hands are read as YAML means them, broken ones are refused with path and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from goldtape.exchange.interaction import Interaction, Json, Request, Response
from goldtape.goldens.cassette_file import _load_yaml, dump, load
from goldtape.goldens.reading import UnreadableGolden

from .cassettes import URL, interaction, loaded, saved

CASSETTES = (Path(__file__).parents[3] / "cassettes").rglob("*.yaml")
A_CASSETTE = min(CASSETTES, key=lambda path: path.stat().st_size)


# ------------------------------------------------------------------ files by other hands

BY_VCRPY = """\
interactions:
- request:
    body: null
    headers:
      Accept:
      - '*/*'
      X-Two:
      - a
      - b
    method: GET
    uri: http://shop.test/v1/orders
  response:
    body:
      string: 'it''s: here'
    headers:
      Content-Type:
      - text/plain
    status:
      code: 200
      message: null
version: 1
"""


def test_load_cassette_of_stock_vcrpy_is_read_as_yaml_means_it(tmp_path: Path) -> None:
    """The same lines in YAML's other spellings are not taken for the layout of our own writer."""
    request = Request("GET", URL, {"accept": "*/*", "x-two": "a, b"})
    response = Response(200, "", {"content-type": "text/plain"}, "it's: here")

    assert loaded(saved(tmp_path, BY_VCRPY)) == [Interaction(request, response)]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        pytest.param("message: OK", "message: OK  # fine", id="comment"),
        pytest.param("message: OK", "message: 'OK'", id="single-quotes"),
        pytest.param("message: OK", 'message: "\\x4fK"', id="yaml-escape"),
        pytest.param("content-type:", "Content-Type:", id="header-in-capitals"),
        pytest.param("method: POST", "method: !!str POST", id="tag"),
        pytest.param(
            '        {\n          "a": 1\n        }', '          {\n            "a": 1\n          }', id="deeper"
        ),
        pytest.param("uri: http://shop.test/v1/orders", "uri: >-\n      http://shop.test/v1/orders", id="folded"),
        pytest.param("    method: POST\n    uri: " + URL, "    uri: " + URL + "\n    method: POST", id="other-order"),
        pytest.param("- application/json\n    method", "- 'application/json'\n    method", id="quoted-header"),
    ],
)
def test_load_edited_by_hand_means_the_same(tmp_path: Path, ours: str, theirs: str) -> None:
    """Whoever edits a cassette may write any YAML."""
    recorded = [interaction(Json({"a": 1}), Json({"b": 2}))]
    text = dump(recorded, None)
    assert ours in text

    assert loaded(saved(tmp_path, text.replace(ours, theirs, 1))) == recorded


@pytest.mark.parametrize("body", ["a\n\nb", "  indented\n", "x\n\n\n"])
def test_load_text_block_by_hand_keeps_the_white_space_that_yaml_keeps(tmp_path: Path, body: str) -> None:
    """A block of text that somebody pasted in is read as YAML reads it."""
    text = dump([interaction("PLACE")], None).replace(
        "|-\n        PLACE", "|2+\n" + "".join(f"        {line}\n" for line in body.split("\n")[:-1]).rstrip("\n")
    )

    assert loaded(saved(tmp_path, text)) == _load_yaml(Path("memory.yaml"), text)[0]


@pytest.mark.parametrize("nothing", ["null", "~", "''"])
def test_load_message_that_yaml_reads_as_nothing_is_empty(tmp_path: Path, nothing: str) -> None:
    """A word that means something else in YAML is not taken for a text."""
    text = dump([interaction()], None).replace("message: OK", f"message: {nothing}")

    [one] = loaded(saved(tmp_path, text))

    assert one.response.reason == ""


# ------------------------------------------------------------------ broken files

WHOLE = dump([interaction(Json({"n": n})) for n in range(3)], None)
LINES = WHOLE.split("\n")
SECOND, VERSION = LINES.index('          "n": 1') + 1, LINES.index("version: 1") + 1


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        pytest.param(b"", 1, "empty", id="empty"),
        pytest.param(b" \n\n", 1, "empty", id="blank"),
        pytest.param(WHOLE.replace("\n", "\r\n").encode(), 1, "CRLF", id="crlf"),
        pytest.param(WHOLE.replace('"n": 1', '"n":\r 1').encode(), SECOND, "CR or CRLF", id="cr"),
        pytest.param(b"\xef\xbb\xbf" + WHOLE.encode(), 1, "byte order mark", id="byte-order-mark"),
        pytest.param(WHOLE.replace('"n": 1', '"n": \x00').encode(), SECOND, "U+0000", id="nul"),
        pytest.param(b"[" * 100_000, 1, "200 deep", id="deep"),
        pytest.param(b"- " * 100_000, 1, "200 deep", id="deep-block"),
        pytest.param(WHOLE.replace("POST", "!!bool x", 1).encode(), 1, "not YAML", id="no-bool"),
        pytest.param(WHOLE.replace("POST", "[POST]", 1).encode(), 2, "method is ['POST']", id="list-for-text"),
        pytest.param(
            WHOLE.replace("POST", "POST\n    method: PUT", 1).encode(), 3, "'method' stands twice", id="twice"
        ),
        pytest.param(WHOLE.replace("200", "true", 1).encode(), 2, "code is True", id="true-for-number"),
        pytest.param(WHOLE.replace("200", "20", 1).encode(), 2, "code is 20", id="no-status"),
        pytest.param(WHOLE.replace("OK", "[]", 1).encode(), 2, "message is []", id="list-for-message"),
        pytest.param(WHOLE.replace("http://", "http://[", 1).encode(), 2, "Invalid IPv6 URL", id="no-uri"),
        pytest.param(
            WHOLE.replace("- application/json", "- 12", 1).encode(), 2, "'content-type' is [12]", id="number-for-header"
        ),
        pytest.param(
            WHOLE.replace('|-\n        {\n          "n": 1\n        }', "!!binary |\n        abcde").encode(),
            1 + WHOLE.count("\n", 0, WHOLE.index("- request", 20)),
            "interaction 2: ",
            id="no-base64",
        ),
        pytest.param(WHOLE.encode().replace(b'"n": 1', b'"n": "\xff"'), SECOND, "not UTF-8", id="not-utf-8"),
        pytest.param(
            WHOLE.replace("version: 1", "<<<<<<< HEAD\nversion: 1\n=======\n>>>>>>> b").encode(),
            VERSION,
            "merge",
            id="conflict",
        ),
        pytest.param(WHOLE.replace("version: 1", "version: 2").encode(), VERSION, "newer", id="newer"),
        pytest.param(WHOLE.replace("version: 1", "").encode(), 1, "truncated", id="no-version"),
        pytest.param(b"hello\n", 1, "not a cassette", id="other-text"),
        pytest.param(b"interactions: 3\nversion: 1\n", 1, "not a cassette", id="no-list"),
        pytest.param(b"interactions:\n- request: [\nversion: 1\n", 3, "not YAML", id="not-yaml"),
        pytest.param(WHOLE.replace("    method: POST\n", "", 1).encode(), 2, "interaction 1", id="part-missing"),
        pytest.param(WHOLE.replace("code: 200", "code: OK", 1).encode(), 2, "interaction 1", id="wrong-status"),
        pytest.param(
            WHOLE.replace("message: OK", "message: 2026-13-45", 1).encode(), 1, "not YAML", id="impossible-date"
        ),
    ],
)
def test_load_broken_file_names_path_and_line(tmp_path: Path, content: bytes, line: int, words: str) -> None:
    """Whatever is wrong with a file, it is said where, and it never counts as not recorded."""
    path = saved(tmp_path, content)

    with pytest.raises(UnreadableGolden) as refused:
        load(path)

    assert (refused.value.path, refused.value.line) == (path, line)
    assert words in refused.value.what
    assert f"{path}:{line}: " in str(refused.value)


def test_load_missing_file_is_another_error_than_a_broken_one(tmp_path: Path) -> None:
    """Only a file that is not there counts as not recorded."""
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none.yaml")


def test_load_truncated_anywhere_is_an_error_and_never_a_shorter_cassette(tmp_path: Path) -> None:
    """A cassette cut off at any place is refused with a line that it has."""
    whole = A_CASSETTE.read_bytes()

    for length in range(0, len(whole), 100):
        path = saved(tmp_path, whole[:length])
        with pytest.raises(UnreadableGolden) as refused:
            load(path)
        assert 1 <= refused.value.line <= whole[:length].count(b"\n") + 1


def test_load_runs_no_code_that_a_cassette_names(tmp_path: Path) -> None:
    """YAML can name Python objects to be made; a cassette that does is refused."""
    text = BY_VCRPY.replace("message: null", "message: !!python/object/apply:os.getcwd []")

    with pytest.raises(UnreadableGolden, match=r"cassette\.yaml:\d+: not YAML: could not determine a constructor"):
        load(saved(tmp_path, text))
