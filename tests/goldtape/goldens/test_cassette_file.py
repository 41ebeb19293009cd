"""storage: what is dumped is loaded again, by goldtape's reader, by YAML and by stock vcrpy alike."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import vcr
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goldtape.exchange.body import parse_body
from goldtape.exchange.interaction import Body, Interaction, Json, Request, Response, unanswered
from goldtape.goldens.cassette_file import Stored, _load_yaml, dump, load
from goldtape.goldens.cassette_layout import split
from goldtape.goldens.reading import UnreadableGolden

from .cassettes import URL, interaction, loaded, saved, typed

QUICK = settings(max_examples=50, deadline=None, derandomize=True)

CASSETTES = sorted((Path(__file__).parents[3] / "cassettes").rglob("*.yaml"))
A_CASSETTE = min(CASSETTES, key=lambda path: path.stat().st_size)
SMALL = 200  # bytes: the limit above which these tests have bodies compressed


def stored(text: str) -> list[Interaction]:
    """What the reader of the layout finds in a text, without a detour through YAML."""
    path = Path("memory.yaml")
    from_layout = Stored(path, _chunks(text))
    return [from_layout.interaction(index) for index in range(len(from_layout))]


def _chunks(text: str) -> list[str]:
    found = split(text)
    assert found is not None, "the writer's own layout is not recognised"
    return found[0]


# ------------------------------------------------------------------ bodies and headers of every kind

ODD_LINES = ["", " a", "a ", "\ta", "a\n", "a\n\n", "\n", "\n a", "a\r\nb", "a\rb", "a \n  b", "a\n \n", "a\n  "]
YAML_MARKS = ["- request:", "null", "'", '"', "#", ": ", "---\n", "...", "%", "|-\n", "\\n"]
ODD_CHARACTERS = ["\x00", "\x7f", "\x85", "\u2028", "\ufeff", "é", "😀"]
WORDS = st.sampled_from(ODD_LINES + YAML_MARKS + ODD_CHARACTERS)
TEXT = st.lists(WORDS, max_size=5).map("".join) | st.text(st.characters(codec="utf-8"), max_size=30)
ANY_TEXT = TEXT | st.text(max_size=10) | st.just("\ud800 \udfff")
NUMBERS = st.integers() | st.integers(2**63, 2**80) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=4),
    max_leaves=12,
)
BODIES = st.one_of(
    st.none(),
    JSON.map(Json),
    TEXT.filter(lambda text: bool(text) and "\0" not in text),  # with a zero byte they would be read as bytes
    st.binary(min_size=1, max_size=300).filter(lambda raw: not _is_utf8(raw)),
)
HEADER_VALUES = st.sampled_from(
    ['"etag-1"', "", " ", "null", "yes", URL, f"{URL}?a=1", "a: b", "a #b", "- a", "1.0", "*", "!x", "{}", "a\\b"]
) | st.text(st.characters(max_codepoint=255), max_size=12)
NAMES = st.sampled_from(["etag", "link", "x-a", "x:b", "y", "null", "on", "1", "x y"])
WHYS = st.sampled_from(["ReadTimeout after 6 s", "ReadTimeout after 0.25 s", "gaierror", "OddTimeout after 1e-05 s"])
HEADERS = st.dictionaries(NAMES, HEADER_VALUES, max_size=3)


def _is_utf8(raw: bytes) -> bool:
    try:
        return raw.decode("utf-8") is not None
    except UnicodeDecodeError:
        return False


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    sent, received = draw(BODIES), draw(BODIES)
    uri = f"{URL}/{quote(draw(TEXT))}?q={quote(draw(TEXT))}"
    request = Request(draw(st.sampled_from(["GET", "POST", "ON"])), uri, draw(HEADERS) | typed(sent), sent)
    if draw(st.integers(0, 4)) == 0:
        return Interaction(request, unanswered(draw(WHYS)))
    return Interaction(
        request, Response(draw(st.integers(200, 599)), draw(HEADER_VALUES), draw(HEADERS) | typed(received), received)
    )


def spelled(one: Interaction) -> tuple[Any, ...]:
    """An interaction as texts, in which 1, 1.0 and True differ as in JSON; the order of headers means nothing."""
    request, response = one.request, one.response
    bodies = [body.text() if isinstance(body, Json) else body for body in (request.body, response.body)]
    types = type(request.body), type(response.body)
    headers = sorted(request.headers.items()), sorted(response.headers.items())
    return request.method, request.uri, response.status, response.reason, response.answered, headers, bodies, types


@QUICK
@given(st.lists(interactions(), max_size=3), st.sampled_from([None, SMALL, 0]))
@example([interaction(Json({"a": "\ud800"}))], 0)
@example([interaction("x" * 1000, "é" * 1000)], SMALL)
@example([interaction(Json(list(range(1000))), Json({"n": [1.0, 1, True]}))], SMALL)
def test_dump_anything_is_read_back_by_both_readers(recorded: list[Interaction], body_limit: int | None) -> None:
    """Every body and header comes back as it was, from the layout and through YAML, compressed or not."""
    text = dump(recorded, body_limit)

    assert list(map(spelled, stored(text))) == list(map(spelled, recorded))
    assert list(map(spelled, _load_yaml(Path("memory.yaml"), text)[0])) == list(map(spelled, stored(text)))
    assert dump(recorded, body_limit) == text


def test_stock_vcrpy_gives_each_cookie_apart(tmp_path: Path) -> None:
    """A client's jar takes them all; a date in one, which has a comma too, stays whole."""
    cookies = ["sid=1; Max-Age=60; Path=/", "old=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", 'theme="dark"']
    recorded = [interaction("a", **{"set-cookie": ", ".join(cookies)})]
    path = saved(tmp_path, dump(recorded, None))

    with vcr.use_cassette(str(path), record_mode="none"), httpx.Client() as client:
        answer = client.post(URL)

    assert answer.headers.get_list("set-cookie") == cookies
    assert dict(client.cookies) == {"sid": "1", "theme": '"dark"'}
    assert loaded(path) == loaded(saved(tmp_path, dump(recorded, None) + "# edited\n")) == recorded
    assert split(dump(recorded, None)), "the fast reader knows the layout"


@pytest.mark.parametrize("path", CASSETTES, ids=[path.stem for path in CASSETTES])
def test_cassette_of_the_repository_reads_the_same_both_ways_and_dumps_to_itself(path: Path) -> None:
    """The quick reader, the YAML reader and the writer agree on every cassette we have."""
    text = path.read_text(encoding="utf-8")

    found, afterwards, _ = _load_yaml(path, text)
    assert found == stored(text) == loaded(path)
    if "!!binary" not in text:  # another zlib may pack the same body into other bytes
        assert dump(loaded(path), 65_536, afterwards) == text


def test_dump_json_body_is_one_fact_a_line_with_sorted_keys() -> None:
    """A reviewer sees fields, in an order that does not depend on who wrote them."""
    text = dump([interaction(Json({"b": 1, "a": ["é", "\x85"]}))], None)

    block = ["|-", "{", '  "a": [', '    "é",', '    "\\u0085"', "  ],", '  "b": 1', "}"]
    assert "string: " + "\n        ".join(block) in text


def test_dump_large_body_is_packed_and_small_ones_beside_it_are_not() -> None:
    """Above the limit a body is gzip in the cassette; the reader gives it back unpacked."""
    large, small = interaction(Json(["x" * SMALL])), interaction(Json(["y"]))

    text = dump([large, small], SMALL)

    assert text.count("!!binary") == text.count("content-encoding") == 1
    assert stored(text) == [large, small]


def test_line_of_interaction_is_where_it_begins(tmp_path: Path) -> None:
    """Messages point at the line where an editor shows the interaction."""
    path = saved(tmp_path, dump([interaction(Json({"n": n})) for n in range(3)], None))
    lines = path.read_text(encoding="utf-8").splitlines()

    cassette = load(path)

    starts = [number for number, line in enumerate(lines, start=1) if line == "- request:"]
    assert [cassette.line(index) for index in range(3)] == starts


def test_the_lines_of_another_layout_are_those_of_the_file(tmp_path: Path) -> None:
    """And not those that it would have in goldtape's own."""
    file = tmp_path / "cassette.yaml"
    rows = [
        "- {request: {method: GET, uri: 'http://a.test/', headers: {}, body: null},",
        "   response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}}",
    ]
    file.write_text("\n".join(["# by hand", "version: 1", "interactions:", *rows, "", *rows, ""]), encoding="utf-8")

    assert [load(file).line(index) for index in (0, 1)] == [4, 7]


def test_dump_packed_body_names_no_time() -> None:
    """The gzip header of a packed body holds no date, so packing twice gives the same bytes."""
    once = dump([interaction("x" * 1000)], SMALL)
    packed = load_packed(once)

    assert packed[4:8] == b"\0\0\0\0"
    assert gzip.decompress(packed) == b"x" * 1000


def load_packed(text: str) -> Any:
    return Stored(Path("memory.yaml"), _chunks(text)).response(0)["body"]["string"]


def test_parse_body_of_dumped_json_is_what_was_dumped() -> None:
    """The pretty spelling on disk is JSON of the same meaning."""
    value = {"long": 10**30, "float": 1e-9, "text": "\ud800\u2028"}

    assert parse_body(json.dumps(value), "application/json") == Json(value)
    assert stored(dump([interaction(Json(value))], None))[0].response.body == Json(value)


# ------------------------------------------------------------------ stock vcrpy


def test_stock_vcrpy_serves_what_was_dumped(tmp_path: Path) -> None:
    """A cassette replays without goldtape: JSON, text, bytes, empty and compressed bodies, headers and status."""
    bodies: list[Body] = [Json({"a": "é😀"}), "two\nlines\r\n", b"\xff\x00", None, Json(["x" * 1000])]
    recorded = [
        Interaction(
            Request("GET", f"{URL}/{n}", {}), Response(200 + n, "OK", {"x-odd": 'a: "b" #c', **typed(body)}, body)
        )
        for n, body in enumerate(bodies)
    ]
    path = saved(tmp_path, dump(recorded, SMALL))

    with vcr.use_cassette(str(path), record_mode="none") as cassette, httpx.Client() as client:
        answers = [client.get(one.request.uri) for one in recorded]

    assert cassette.all_played
    assert [answer.status_code for answer in answers] == [200, 201, 202, 203, 204]
    assert {answer.headers["x-odd"] for answer in answers} == {'a: "b" #c'}
    assert answers[0].json() == {"a": "é😀"}
    assert [answer.content for answer in answers[1:4]] == [b"two\nlines\r\n", b"\xff\x00", b""]
    assert answers[4].json() == ["x" * 1000]


@pytest.mark.parametrize("path", CASSETTES, ids=[path.stem for path in CASSETTES])
def test_stock_vcrpy_loads_every_cassette_of_the_repository(path: Path) -> None:
    """vcrpy finds the requests and bodies that goldtape finds."""
    with vcr.use_cassette(str(path), record_mode="none") as cassette:
        found = [(request.method, request.uri, response["status"]["code"]) for request, response in cassette.data]

    assert found == [(one.request.method, one.request.uri, one.response.status) for one in loaded(path)]


# ------------------------------------------------------------------ no answer

SILENT = Interaction(Request("GET", URL, {}), unanswered("ReadTimeout after 6 s"))


def test_stock_vcrpy_plays_a_status_for_no_answer(tmp_path: Path) -> None:
    """It overlooks what stands beside request and response; the phrase tells its reader what was recorded."""
    path = saved(tmp_path, dump([SILENT]))

    with vcr.use_cassette(str(path), record_mode="none") as cassette, httpx.Client() as client:
        answer = client.get(URL)

    assert cassette.all_played
    assert (answer.status_code, answer.reason_phrase, answer.content) == (599, "ReadTimeout after 6 s", b"")


def test_a_status_599_of_a_service_is_an_answer(tmp_path: Path) -> None:
    """Whatever its phrase says."""
    answered = Interaction(SILENT.request, Response(599, "ReadTimeout after 6 s", {}))

    assert loaded(saved(tmp_path, dump([answered, SILENT]))) == [answered, SILENT]


@pytest.mark.parametrize("comment", ["", " # by hand"])
@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        pytest.param("answered: false", "answered: true", "answered is True, it can be false only", id="answered"),
        pytest.param("answered: false", "answered: 0", "answered is 0, it can be false only", id="number"),
        pytest.param("answered: false", "answered:", "answered is None, it can be false only", id="null"),
        pytest.param("code: 599", "code: 200", "has to be status 599 and nothing else", id="status"),
        pytest.param('string: ""', "string: a", "has to be status 599 and nothing else", id="body"),
        pytest.param("6 s", "six s", "which is no client's error", id="seconds"),
        pytest.param("ReadTimeout after 6 s", '""', "message is '', which is no client's error", id="no-text"),
        pytest.param("ReadTimeout after 6 s", "null", "message is '', which is no client's error", id="no-message"),
        pytest.param("ReadTimeout", "Read-Timeout", "which is no client's error", id="class"),
    ],
)
def test_load_a_damaged_interaction_without_an_answer_is_refused(
    tmp_path: Path, old: str, new: str, what: str, comment: str
) -> None:
    """With its line, in the layout and in other YAML."""
    text = dump([interaction("a"), SILENT]).replace("version: 1", f"version: 1{comment}")
    path = saved(tmp_path, new.join(text.rsplit(old, 1)))
    line = text[: text.rindex("- request:")].count("\n") + 1

    with pytest.raises(UnreadableGolden, match=what) as refused:
        load(path)

    assert refused.value.line == line
    assert refused.value.what.startswith("interaction 2: ")


# ------------------------------------------------------------------ the teardown's part


@pytest.mark.parametrize("afterwards", [0, 1, 2])
def test_dump_keeps_which_interactions_are_of_the_teardown(tmp_path: Path, afterwards: int) -> None:
    """In a mapping of vcrpy's own format, in the layout and in other YAML; stock vcrpy plays the cassette."""
    text = dump([interaction("a"), interaction("b")], None, afterwards)
    edited = text.replace("version: 1", "version: 1 # edited")

    assert load(saved(tmp_path, text)).afterwards == load(saved(tmp_path, edited)).afterwards == afterwards
    assert len(loaded(saved(tmp_path, text))) == 2
    with vcr.use_cassette(str(saved(tmp_path, text)), record_mode="none") as cassette:
        assert len(cassette.responses) == 2


@pytest.mark.parametrize("number", ["3", "-1", "true", '"x"', "1.5"])
def test_load_more_interactions_of_the_teardown_than_there_are_is_refused(tmp_path: Path, number: str) -> None:
    """With the line that says so."""
    text = dump([interaction("a"), interaction("b")], None, 1).replace("afterwards: 1", f"afterwards: {number}")

    with pytest.raises(UnreadableGolden, match=r"cassette\.yaml:\d+: .* interactions afterwards, of 2"):
        load(saved(tmp_path, text))
