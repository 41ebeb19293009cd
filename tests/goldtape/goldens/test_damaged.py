"""Goldens damaged at random: each is refused with file and line, or differs from the whole one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from goldtape.config import Config, load
from goldtape.exchange.interaction import Interaction, Request, unanswered
from goldtape.goldens import cassette_file, transcript
from goldtape.goldens.reading import UnreadableGolden
from goldtape.goldens.snapshot import not_in_layout
from goldtape.goldens.transcript import Heading
from goldtape.verdict import drift
from goldtape.verdict.words import worded

from ..damages import DAMAGES, damaged

T = TypeVar("T")

ROOT = Path(__file__).parents[3]
CASSETTES = sorted(file for file in (ROOT / "cassettes").rglob("*.yaml") if file.stat().st_size < 60_000)
SNAPSHOTS = sorted(file for file in (ROOT / "snapshots").rglob("*.json") if file.stat().st_size < 60_000)
NUMBER = 250


@pytest.mark.parametrize("answered", [True, False])
def test_a_damaged_cassette_is_refused_or_differs(tmp_path: Path, answered: bool) -> None:
    """Equal is only what says the same in other YAML, or differs in the reason phrase, which no snapshot shows.

    Cassettes of the repository, or one of requests that got no answer.
    """
    rng, config, seen = random.Random(1), load(ROOT), set()
    silent = tmp_path / "silent.yaml"
    one = Interaction(Request("GET", "http://shop.test/", {"x-user": "bob"}), unanswered("ReadTimeout after 6 s"))
    silent.write_text(cassette_file.dump([one, one, one], afterwards=1), encoding="utf-8")
    refused = 0
    for _ in range(NUMBER):
        whole, file = rng.choice(CASSETTES if answered else [silent]), tmp_path / "cassette.yaml"
        name, content = damaged(rng, whole.read_bytes())
        file.write_bytes(content)
        seen.add(name)
        found = attempt(lambda path: cassette_file.load(path).interactions(), file)
        if isinstance(found, UnreadableGolden):
            assert is_placed(found, file, content), name
            refused += 1
        elif silenced(found) != silenced(before := cassette_file.load(whole).interactions()):
            assert compared(found, config) != compared(before, config), f"{whole}, {name}"
        assert file.read_bytes() == content

    assert seen == {damage.__name__ for damage in DAMAGES}
    assert refused > NUMBER * 0.7


def test_a_damaged_snapshot_is_refused_or_differs(tmp_path: Path) -> None:
    """No two snapshots are equal, not even when one says the same in another layout."""
    rng, seen = random.Random(2), set()
    refused = 0
    for _ in range(NUMBER):
        whole, file = rng.choice([one for one in SNAPSHOTS if "~" not in one.name]), tmp_path / "snapshot.json"
        name, content = damaged(rng, whole.read_bytes())
        file.write_bytes(content)
        seen.add(name)
        before = transcript.read(whole)
        found = attempt(transcript.read, file)
        differences = [] if isinstance(found, UnreadableGolden) else drift.compare(found, before)
        if differences:
            assert all(worded(one) for one in differences)
        else:
            error = found if isinstance(found, UnreadableGolden) else not_in_layout(file, before)
            assert is_placed(error, file, content), name
            refused += 1

    assert seen == {damage.__name__ for damage in DAMAGES}
    assert refused > NUMBER * 0.7


def attempt(read: Callable[[Path], T], file: Path) -> T | UnreadableGolden:
    """What was read, or the error that came instead; any other error fails the test."""
    try:
        return read(file)
    except UnreadableGolden as error:
        return error


def is_placed(error: UnreadableGolden, file: Path, content: bytes) -> bool:
    """Whether an error names the file, and a line that it has."""
    return error.path == file and 1 <= error.line <= content.count(b"\n") + 1


def silenced(interactions: list[Interaction]) -> list[Interaction]:
    """Without the phrases of the status lines; what stands for no answer has none."""
    return [
        replace(one, response=replace(one.response, reason="")) if one.response.answered else one
        for one in interactions
    ]


def compared(interactions: list[Interaction], config: Config) -> tuple[object, ...]:
    """What a replay compares: the requests with those that a test sends, the rest with the snapshot."""
    return transcript.build(Heading("t"), interactions, config), [one.request for one in interactions]


EXCHANGE = '{"request": "GET /v1/items", "status": 200}'
HEAD = f'{{\n"goldtape": {transcript.FORMAT},\n"test": "t",\n"cases": [],\n"exchanges": [\n'
WHOLE = HEAD + EXCHANGE + ",\n" + EXCHANGE + "\n]}\n"


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        pytest.param('"test": "t"', '"test": 1', 1, "test is 1, which has the wrong type", id="test"),
        pytest.param('"cases": []', '"cases": [1]', 1, "cases is [1], which has the wrong type", id="cases"),
        pytest.param('"cases": [],', "", 1, "cases is missing", id="no-cases"),
        pytest.param('"cases"', '"races": {}, "cases"', 1, "races is {}, which has the wrong type", id="races"),
        pytest.param(EXCHANGE + "\n", "null", 7, "exchange 2: null is no object", id="exchange"),
        pytest.param("200}\n", "true}\n", 7, "exchange 2: status is true, which has the wrong type", id="status"),
        pytest.param(', "status": 200}\n', "}\n", 7, "exchange 2: status is missing", id="no-status"),
        pytest.param(
            '"status": 200}\n',
            '"no-answer": 7}\n',
            7,
            "exchange 2: no-answer is 7, which has the wrong type",
            id="silent",
        ),
        pytest.param(
            "200}\n", '200, "no-answer": "A"}\n', 7, "exchange 2: status is 200, which has the wrong type", id="both"
        ),
        pytest.param(
            '"status": 200}\n',
            '"no-answer": "A after"}\n',
            7,
            'exchange 2: no-answer is "A after", which has the wrong type',
            id="no-limit",
        ),
        pytest.param("200}\n", '200, "as": 7}\n', 7, "exchange 2: as is 7, which has the wrong type", id="as"),
        pytest.param(
            "200},", '200, "headers": []},', 6, "exchange 1: headers is [], which has the wrong type", id="headers"
        ),
        pytest.param(
            "200},",
            '200, "sent-large": {"bytes": "1"}},',
            6,
            'exchange 1: sent-large is {"bytes": "1"}, which has the wrong type',
            id="summary",
        ),
        pytest.param(
            "200}\n", "[" * 201 + "\n", 7, "lists and objects lie more than 200 deep in each other", id="deep"
        ),
        pytest.param("200}\n", "[" * 100_000, 7, "lists and objects lie more than 200 deep in each other", id="deeper"),
        pytest.param("200}\n", "9" * 5000 + "}\n", 1, "not JSON: Exceeds the limit", id="endless-number"),
    ],
)
def test_a_malformed_exchange_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, what: str
) -> None:
    """The engine relies on these fields, so they are looked at before it does."""
    file = tmp_path / "snapshot.json"
    assert transcript.parse(WHOLE, file)["test"] == "t"
    file.write_text(WHOLE.replace(old, new), encoding="utf-8")

    with pytest.raises(UnreadableGolden) as refused:
        transcript.read(file)

    assert refused.value.line == line
    assert refused.value.what.startswith(what)


@pytest.mark.parametrize(
    ("shown", "what"),
    [
        pytest.param("null", "afterwards 2: null is no object", id="null"),
        pytest.param('{"request": "GET /"}', "afterwards 2: status is missing", id="no-status"),
        pytest.param(
            '{"request": "GET /", "no-answer": 7}',
            "afterwards 2: no-answer is 7, which has the wrong type",
            id="silent",
        ),
    ],
)
def test_a_malformed_exchange_of_the_teardown_is_refused_with_its_line(tmp_path: Path, shown: str, what: str) -> None:
    """It is held to the same fields; a body may have a list of that name too."""
    file = tmp_path / "snapshot.json"
    noted = EXCHANGE.replace("200", '200, "received": {"afterwards": [1]}')
    whole = WHOLE.replace(EXCHANGE, noted).replace("\n]}\n", f'\n],\n"afterwards": [\n{noted},\n{shown}\n]}}\n')
    file.write_text(whole, encoding="utf-8")

    with pytest.raises(UnreadableGolden) as refused:
        transcript.read(file)

    assert (refused.value.line, refused.value.what) == (11, what)


def test_a_folder_in_place_of_a_golden_is_refused(tmp_path: Path) -> None:
    """As is a file in place of its folder; neither counts as not recorded."""
    (tmp_path / "file").touch()
    for read in (cassette_file.load, transcript.read):
        for path, why in ((tmp_path, "Is a directory"), (tmp_path / "file" / "x", "Not a directory")):
            with pytest.raises(UnreadableGolden) as refused:
                read(path)
            assert (refused.value.line, refused.value.what) == (1, f"the file cannot be read: {why}")
