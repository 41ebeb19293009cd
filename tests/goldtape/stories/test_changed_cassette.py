"""Somebody changed a golden by hand, or badly merged one: replay finds the one place."""

from __future__ import annotations

import pytest

from .project import Project

ASK = """
def test_{name}(shop):
    shop.post("/v1/carts", json={{"name": "birthday"}})
    shop.get("/v1/items?limit={limit}")
"""
CASSETTE = "cassettes/test_shop/test_ask.yaml"
SNAPSHOT = "snapshots/test_shop/test_ask.json"
ONE = ASK.format(name="ask", limit=1000)

CREATE = "1. POST /v1/carts"
LIST = "2. GET /v1/items?limit=20"
LONG = LIST.replace("20", "1000")


def item(number: int) -> str:
    """An item as it stands in the cassette."""
    return f"""            {{
              "id": "item-{number:04}",
              "stock": {number % 7}
            }},
"""


# Name -> what stands in the cassette, what is put in its place, and the one line about it.
TABLE = {
    "status": (
        "code: 201\n      message: Created",
        "code: 200\n      message: OK",
        f"  breaking   {CREATE}   status   expected 201, got 200",
    ),
    "header_that_matters": (
        r'- "\"etag-1\""',
        r'- "\"etag-2\""',
        f"  breaking   {CREATE}   received.etag   no longer equal to headers.etag",
    ),
    "header_dropped": (
        '      etag:\n      - "\\"etag-1\\""\n',
        "",
        rf'  breaking   {CREATE}   headers.etag   expected "\"<etag-1>\"", it is gone',
    ),
    "value": (
        '          "name": "birthday"',
        '          "name": "wedding"',
        f'  changed   {CREATE}   received.name   expected "birthday", got "wedding"',
    ),
    "type_null": (
        '          "name": "birthday"',
        '          "name": null',
        f'  breaking   {CREATE}   received.name   expected "birthday", got null',
    ),
    "type_of_a_number": (
        '              "id": "item-0009",\n              "stock": 2\n',
        '              "id": "item-0009",\n              "stock": "2"\n',
        f'  breaking   {LIST}   received.items[9].stock   expected 2, got "2"',
    ),
    "type_that_python_calls_equal": (
        '              "id": "item-0001",\n              "stock": 1\n',
        '              "id": "item-0001",\n              "stock": true\n',
        f"  breaking   {LIST}   received.items[1].stock   expected 1, got true",
    ),
    "field_dropped": (
        '          "items": [],\n',
        "",
        f"  breaking   {CREATE}   received.items   expected [], it is gone",
    ),
    "field_added": (
        '          "items": [],\n',
        '          "items": [],\n          "limit": 7,\n',
        f"  additive   {CREATE}   received.limit   new: 7",
    ),
    "field_renamed": (
        '          "name": "birthday"\n',
        '          "title": "birthday"\n',
        f"  breaking   {CREATE}   received.name   renamed to 'title'",
    ),
    "list_order": (
        item(10) + item(11),
        item(11) + item(10),
        f"  changed   {LIST}   received.items   the same 20 items in another order, from [10] on",
    ),
    "one_item_of_a_thousand_deleted": (
        item(499),
        "",
        f'  breaking   {LONG}   received.items[499]   expected {{"id": "item-0499", "stock": 2}}, it is gone',
    ),
    "one_item_inserted_into_a_thousand": (
        item(499),
        item(499) + item(7777),
        f'  changed   {LONG}   received.items[500]   new: {{"id": "item-7777", "stock": 0}}',
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_one_change_in_a_cassettes_answer_is_one_entry(shop: Project, name: str) -> None:
    """Replay fails; a line of its report names the exchange and the path, another the files and their lines."""
    entry = TABLE[name][2]
    project = changed(shop)
    exchange = next(one for one in (CREATE, LONG, LIST) if one in entry)
    cassette, snapshot = f"cassettes/test_shop/test_{name}.yaml", f"snapshots/test_shop/test_{name}.json"
    places = [
        [number for number, line in enumerate(project.golden(file).splitlines(), 1) if line == start][
            exchange != CREATE
        ]
        for file, start in ((cassette, "- request:"), (snapshot, "    {"))
    ]

    replayed = project.known("-v")

    assert replayed.reports[f"test_{name}"] == [
        f"1 difference from the snapshot, {int('breaking' in entry)} breaking",
        entry,
        "cassette and snapshot disagree, which a hand or a merge can have done, at",
        f"  {exchange}   {cassette}, line {places[0]}   {snapshot}, line {places[1]}",
        "next: look at the diff; if the change is meant, record again: "
        f"pytest --live --record-mode=rewrite tests/test_shop.py::test_{name}",
    ]


def test_every_changed_cassette_fails_its_own_test_and_no_other(shop: Project) -> None:
    """As many failures as rows in the table; no request reached the service, nothing was written."""
    replayed = changed(shop).known("-v")

    assert replayed.outcomes == {"failed": len(TABLE), "passed": 1}
    assert replayed.calls == ()
    assert replayed.changed == []
    assert replayed.summary[0] == (
        f"{len(TABLE) + 1} tests, {2 * len(TABLE) + 2} exchanges compared: {len(TABLE)} drifted, 0 failed"
    )
    assert replayed.summary[-1] == "next: pytest --live tells whether the service changed too"


def changed(shop: Project) -> Project:
    """A project in which each row of the table has a test whose cassette was changed, and one test is as recorded."""
    limits = {name: 1000 if "thousand" in name else 20 for name in [*TABLE, "intact"]}
    every_row = "".join(ASK.format(name=name, limit=limit) for name, limit in limits.items())
    project = shop.add("tests/test_shop.py", every_row).recorded()
    for name, (old, new, _) in TABLE.items():
        project = project.edit(f"cassettes/test_shop/test_{name}.yaml", old, new)
    return project


def test_one_change_in_a_snapshot_is_one_entry_too(shop: Project) -> None:
    """The two goldens must agree, whichever of them was touched."""
    recorded = shop.add("tests/test_shop.py", ONE).recorded()

    replayed = recorded.edit(SNAPSHOT, '"status": 201', '"status": 202').replay()

    assert replayed.report[1] == f"  breaking   {CREATE}   status   expected 202, got 201"


def test_a_changed_key_order_and_indentation_is_no_change(shop: Project) -> None:
    """What JSON does not distinguish is not compared: a cassette that was laid out anew replays green."""
    recorded = shop.add("tests/test_shop.py", ONE).recorded()
    body = recorded.golden(CASSETTE).split("string: |-\n")[1].split("    headers:")[0]

    replayed = recorded.edit(CASSETTE, body, "          " + " ".join(body.split()) + "\n").replay()

    assert replayed.outcomes == {"passed": 1}


def test_many_like_changes_are_one_line_that_counts_them(shop: Project) -> None:
    """A field renamed in a thousand items is one line, not a thousand."""
    recorded = shop.add("tests/test_shop.py", ONE).recorded()
    renamed = recorded.golden(CASSETTE).replace('"stock":', '"left":')

    replayed = recorded.add(CASSETTE, renamed.encode()).replay()

    assert replayed.report[:2] == [
        "1000 differences from the snapshot, 1000 breaking",
        f"  breaking   {LONG}   received.items[0].stock   renamed to 'left' (and 999 more like it)",
    ]


def test_four_changes_in_two_answers_are_four_entries(shop: Project) -> None:
    """All of them are shown, in the order of the exchanges."""
    changed = shop.add("tests/test_shop.py", ONE).recorded().edit(CASSETTE, '          "items": [],\n', "")
    for old, new in ((item(3), ""), (item(500), ""), (item(997), item(997).replace('"stock": 3', '"stock": 33'))):
        changed = changed.edit(CASSETTE, old, new)

    replayed = changed.replay()

    assert replayed.report[0] == "4 differences from the snapshot, 3 breaking"
    assert [" ".join(line.split()) for line in replayed.report[1:-4]] == [
        f"breaking {CREATE} received.items expected [], it is gone",
        f'breaking {LONG} received.items[3] expected {{"id": "item-0003", "stock": 3}}, it is gone',
        f'breaking {LONG} received.items[500] expected {{"id": "item-0500", "stock": 3}}, it is gone',
        f"changed {LONG} received.items[997].stock expected 3, got 33",
    ]
