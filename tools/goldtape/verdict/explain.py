"""What a person reads when a test does not agree with its goldens: the fact, the place, the next command."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from goldtape.cassette.replay import Unmatched
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Request, Response
from goldtape.goldens.cassette_file import Stored
from goldtape.goldens.transcript import exchange, label
from goldtape.verdict.drift import Difference, compare_exchange

RECORD = "pytest --live --record-mode=rewrite"

_POSITION = re.compile(r"\[\d+\]")
# So many like differences in one exchange are still listed; beyond that one line counts them.
_LISTED = 5


def differences(found: Sequence[Difference], test: str) -> str:
    """The report of a drifted test."""
    lines = [_counted(found)]
    lines += _columns([(one.kind, one.exchange, one.path or "-", one.what) for one in _folded(found)])
    return "\n".join(
        [*lines, f"next: look at the diff; if the change is meant, record again: {RECORD} {_select(test)}"]
    )


def unmatched(found: Unmatched, stored: Stored, config: Config, test: str) -> str:
    """The report of a request that the cassette does not hold."""
    sent = _request_of(found.request, config)
    lines = [f"no recorded answer for {label(sent)}"]
    if found.nearest is None:
        lines.append(f"  {_relative(stored.path, config)} holds no interactions at all")
    else:
        place = f"{_relative(stored.path, config)}, line {stored.line(found.nearest)}"
        if found.exhausted:
            lines.append(
                f"  it was recorded, but sent more often than recorded; last at interaction {found.nearest + 1} of"
            )
            lines.append(f"    {place}")
        else:
            lines.append(f"  nearest: interaction {found.nearest + 1} of {place}")
            recorded = _request_of(stored.interaction(found.nearest).request, config)
            lines += _columns([(one.path, _as_sent(one.what)) for one in compare_exchange(recorded, sent, "")])
    lines.append(f"next: fix the request, or record again: {RECORD} {_select(test)}")
    return "\n".join(lines)


def unplayed(indexes: Sequence[int], stored: Stored, config: Config, test: str) -> str:
    """The report of recorded interactions that the test no longer asks for."""
    lines = [f"{len(indexes)} of {len(stored)} recorded interactions were not played"]
    for index in indexes[:_LISTED]:
        shown = exchange(stored.interaction(index), config)
        lines.append(f"  {label(shown, index + 1)}   {_relative(stored.path, config)}, line {stored.line(index)}")
    if len(indexes) > _LISTED:
        lines.append(f"  and {len(indexes) - _LISTED} more")
    lines.append(f"next: send them again, or record again without them: {RECORD} {_select(test)}")
    return "\n".join(lines)


def out_of_order(played: Sequence[int], stored: Stored, config: Config, test: str) -> str:
    """The report of a test that sends what was recorded, but not in the order in which it was."""
    place = next(place for place, index in enumerate(played) if index != place)
    asked, due = (label(exchange(stored.interaction(index), config), index + 1) for index in (played[place], place))
    return "\n".join(
        [
            f"the test sends its requests in another order than {_relative(stored.path, config)} holds them",
            f"  {asked}   was asked for",
            f"  {due}   was recorded in its place",
            "next: if they are sent concurrently, say so: `with goldtape.concurrently():`; "
            f"if the new order is meant, record again: {RECORD} {_select(test)}",
        ]
    )


def not_recorded(path: Path, config: Config, test: str) -> str:
    """The report of a test that lacks a golden."""
    return (
        f"{test} has no {_relative(path, config)}: never recorded, or deleted since\n"
        f"next: record it against the running service: {RECORD} {_select(test)}"
    )


def unanswered(requests: Sequence[str], test: str) -> str:
    """The report of a recording in which a request got no response, which no cassette can hold."""
    return "\n".join(
        [
            f"{len(requests)} request(s) of {test} got no response, so nothing was written:",
            *(f"  {request}" for request in requests[:_LISTED]),
            "next: a cassette holds answers only; let the service answer, or make a failing connection the subject of "
            "a call that the service makes",
        ]
    )


def _as_sent(what: str) -> str:
    """The words of a difference between two requests: what was recorded, and what was sent."""
    for theirs, ours in (("expected", "recorded"), ("it is gone", "not sent"), (", got ", ", sent ")):
        what = what.replace(theirs, ours, 1)
    return what.replace("new: ", "not recorded, sent ", 1)


def _counted(found: Sequence[Difference]) -> str:
    breaking = sum(one.kind == "breaking" for one in found)
    noun = "difference" if len(found) == 1 else "differences"
    return f"{len(found)} {noun} from the snapshot, {breaking} breaking"


def _folded(found: Sequence[Difference]) -> list[Difference]:
    """Many differences of one kind at one path of one list become one line that counts them."""
    groups: dict[tuple[str, str, str, str], list[Difference]] = {}
    for one in found:
        verb = one.what.split(" ", 1)[0]
        groups.setdefault((one.kind, one.exchange, _POSITION.sub("[*]", one.path), verb), []).append(one)
    shown: list[Difference] = []
    for group in groups.values():
        shown += group if len(group) <= _LISTED else [_first_of(group)]
    return shown


def _first_of(group: list[Difference]) -> Difference:
    first = group[0]
    return Difference(first.kind, first.exchange, first.path, f"{first.what} (and {len(group) - 1} more like it)")


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)] if rows else []
    return [
        "  " + "   ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])
        for row in rows
    ]


def _request_of(request: Request, config: Config) -> dict[str, object]:
    shown = exchange(Interaction(request, Response(0, "", {})), config)
    del shown["status"]
    return shown


def _relative(path: Path, config: Config) -> str:
    return path.relative_to(config.root).as_posix() if path.is_relative_to(config.root) else str(path)


def _select(test: str) -> str:
    return f"'{test}'" if re.search(r"[\[\]\s?*]", test) else test
