"""A golden that cannot be read is an error that names file and line, and is never recorded over."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest

from ..damages import damaged as damaged_at_random
from .project import Project

ASK = """
def test_{name}(shop):
    shop.post("/v1/carts", json={{"name": "birthday"}})
    shop.get("/v1/items?limit=3")
"""
CASSETTE = "cassettes/test_shop/test_{name}.yaml"
SNAPSHOT = "snapshots/test_shop/test_{name}.json"
NEXT = r"next: restore the file \(git checkout HEAD -- \S+/{golden}\), or delete it and record the test again"


def truncated(text: bytes) -> bytes:
    """Without its second half."""
    return text[: len(text) // 2]


def not_utf_8(text: bytes) -> bytes:
    """With an é as Latin-1 writes it, in the line of the name."""
    return text.replace(b"birthday", b"f\xe9te", 1)


def conflicting(text: bytes) -> bytes:
    """As a merge leaves it that nobody resolved."""
    lines = text.splitlines(keepends=True)
    ours, theirs = b"<<<<<<< HEAD\n", b"=======\n>>>>>>> theirs\n"
    return b"".join([*lines[:3], ours, lines[3], theirs, *lines[4:]])


# Name -> the golden, what is done to it, and the complaint: the line with what is wrong there.
TABLE: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "empty_cassette": (CASSETTE, lambda text: b"", "1: the file is empty"),
    "empty_snapshot": (SNAPSHOT, lambda text: b"\n", "1: the file is empty"),
    "truncated_cassette": (CASSETTE, truncated, "1: truncated, or not a cassette: version is None, expected 1"),
    "truncated_snapshot": (SNAPSHOT, truncated, "17: not JSON: Unterminated string starting at"),
    "cassette_not_utf_8": (CASSETTE, not_utf_8, "5: the file is not UTF-8"),
    "snapshot_not_utf_8": (SNAPSHOT, not_utf_8, "9: the file is not UTF-8"),
    "conflict_in_cassette": (CASSETTE, conflicting, "4: an unresolved merge conflict"),
    "conflict_in_snapshot": (SNAPSHOT, conflicting, "4: an unresolved merge conflict"),
    "newer_cassette": (
        CASSETTE,
        lambda text: text.replace(b"version: 1", b"version: 2"),
        "61: format version 2 is newer than what this goldtape reads; upgrade it",
    ),
    "newer_snapshot": (
        SNAPSHOT,
        lambda text: text.replace(b'"goldtape": 2', b'"goldtape": 3'),
        "2: format version 3, this goldtape reads 2; upgrade goldtape",
    ),
    "other_yaml": (
        CASSETTE,
        lambda text: b"interactions: none\n",
        "1: not a cassette: it lacks a list of interactions",
    ),
    "cassette_with_crlf": (
        CASSETTE,
        lambda text: text.replace(b"\n", b"\r\n"),
        "1: the line ends in CR or CRLF; goldens have LF (.gitattributes says so to git)",
    ),
    "snapshot_with_crlf": (
        SNAPSHOT,
        lambda text: text.replace(b"\n", b"\r\n"),
        "1: the line ends in CR or CRLF; goldens have LF (.gitattributes says so to git)",
    ),
    "deep_cassette": (
        CASSETTE,
        lambda text: b"[" * 100_000,
        "1: lists and objects lie more than 200 deep in each other",
    ),
    "deep_snapshot": (
        SNAPSHOT,
        lambda text: b"[" * 100_000,
        "1: lists and objects lie more than 200 deep in each other",
    ),
    "malformed_exchange": (
        SNAPSHOT,
        lambda text: text.replace(b'"status": 200', b'"status": "ok"'),
        '24: exchange 2: status is "ok", which has the wrong type',
    ),
    "malformed_interaction": (
        CASSETTE,
        lambda text: text.replace(b"code: 200", b"code: []"),
        "31: interaction 2: code is [], which has the wrong type",
    ),
    "other_json": (SNAPSHOT, lambda text: b"[]\n", "1: not a snapshot: it lacks a list of exchanges"),
}
EVERY_ROW = "".join(ASK.format(name=name) for name in [*TABLE, "intact"])


def damaged(shop: Project) -> Project:
    """A project in which each row of the table has a test with a damaged golden, and one test is intact."""
    project = shop.add("tests/test_shop.py", EVERY_ROW).recorded()
    for name, (golden, damage, _) in TABLE.items():
        path = golden.format(name=name)
        project = project.add(path, damage(project.files[path]))
    return project


@pytest.mark.parametrize("name", TABLE)
def test_replay_names_the_file_and_the_line(shop: Project, name: str) -> None:
    """The test with the damaged golden fails, says where and what is wrong, and gives the next command."""
    golden, _, complaint = TABLE[name]

    replayed = damaged(shop).known()

    fact, command = replayed.reports[f"test_{name}"]
    assert fact.endswith(f"/{golden.format(name=name)}:{complaint}")
    assert re.fullmatch(NEXT.format(golden=re.escape(golden.format(name=name))), command)


@pytest.mark.parametrize("name", TABLE)
def test_a_recording_refuses_to_write_over_it(shop: Project, name: str) -> None:
    """The recording of that test fails with the same words, and leaves both its goldens byte for byte."""
    before = damaged(shop)

    # The service has changed, so everything that may be written is.
    again = before.change_service('"stock": n % 7', '"stock": 5 - n').known("--live", "--record-mode=rewrite")

    replayed = before.known()
    assert strip(again.reports[f"test_{name}"]) == strip(replayed.reports[f"test_{name}"])
    for golden in (CASSETTE, SNAPSHOT):
        assert again.files[golden.format(name=name)] == before.files[golden.format(name=name)]


def test_only_what_is_damaged_is_kept_from_being_recorded(shop: Project) -> None:
    """The intact test beside them is recorded; without the damaged files, all are, as they were."""
    before = damaged(shop)
    replayed = before.known()
    assert replayed.outcomes == {"passed": 1, "failed": len(TABLE)}
    assert replayed.summary[0].endswith(f" compared: 0 drifted, {len(TABLE)} failed")

    again = before.change_service('"stock": n % 7', '"stock": 5 - n').known("--live", "--record-mode=rewrite")
    assert again.outcomes == {"passed": 1, "failed": len(TABLE)}
    assert again.changed == [CASSETTE.format(name="intact"), SNAPSHOT.format(name="intact")]

    mended = before.remove(*(golden.format(name=name) for name, (golden, _, _) in TABLE.items())).record()
    assert mended.outcomes == {"passed": 1 + len(TABLE)}
    assert mended.goldens == shop.add("tests/test_shop.py", EVERY_ROW).recorded().goldens


def test_a_truncated_cassette_is_found_wherever_it_was_cut(shop: Project) -> None:
    """Cut at any of twelve places, a cassette is never taken for a shorter one."""
    names = [f"cut_{number}" for number in range(1, 13)]
    project = shop.add("tests/test_shop.py", "".join(ASK.format(name=name) for name in names)).record()
    for number, name in enumerate(names, start=1):
        whole = project.files[CASSETTE.format(name=name)]
        project = project.add(CASSETTE.format(name=name), whole[: len(whole) * number // 13])

    replayed = project.replay()

    assert replayed.outcomes == {"failed": 12}
    for name in names:
        assert f"/{CASSETTE.format(name=name)}:" in replayed.reports[f"test_{name}"][0]


def test_goldens_damaged_at_random_fail_their_tests_and_nothing_else(shop: Project) -> None:
    """Twenty of them in one run: no traceback of the engine, and none of the unreadable ones is recorded over."""
    names = [f"random_{number}" for number in range(20)]
    project = shop.add("tests/test_shop.py", "".join(ASK.format(name=name) for name in names)).record()
    rng = random.Random(3)
    for name in names:
        path = rng.choice([CASSETTE, SNAPSHOT]).format(name=name)
        project = project.add(path, damaged_at_random(rng, project.files[path])[1])

    replayed = project.replay()
    again = project.record()

    assert replayed.outcomes == {"failed": 20}
    assert "/goldtape/plugin/" not in replayed.output + again.output
    assert sorted(replayed.reports) == [f"test_{name}" for name in sorted(names)]
    unreadable = {title for title, lines in replayed.reports.items() if lines[-1].startswith("next: restore the file")}
    assert len(unreadable) > 12
    for title in unreadable & again.reports.keys():
        name = title.removeprefix("test_")
        assert [path for path in again.changed if f"/test_{name}." in path] == []


def test_verify_reads_no_cassette_but_needs_a_readable_snapshot(shop: Project) -> None:
    """A damaged cassette does not keep the service from being verified; a damaged snapshot does."""
    before = damaged(shop)

    verified = before.verify()

    assert verified.changed == []
    assert sorted(verified.reports) == sorted(f"test_{name}" for name, row in TABLE.items() if row[0] == SNAPSHOT)


def test_a_snapshot_of_the_tests_own_is_never_recorded_over_either(shop: Project) -> None:
    """A damaged `snapshot` file fails its test in replay and in a recording, which leaves it as it is."""
    own = """
    def test_own(shop, snapshot):
        assert shop.get("/v1/items?limit=1").json() == snapshot
    """
    recorded = shop.add("tests/test_shop.py", own).recorded()
    damaged = recorded.add("snapshots/test_shop/test_own~1.json", b"<<<<<<< HEAD\n")

    again = damaged.record()

    assert damaged.replay().outcomes == {"failed": 1}
    assert again.outcomes == {"failed": 1}
    assert again.changed == []
    assert "test_own~1.json:1: an unresolved merge conflict; next: restore the file" in again.output


def strip(report: list[str]) -> list[str]:
    """A report without the folder that the project lay in."""
    return [line.partition("/test_shop/")[2] or line for line in report]
