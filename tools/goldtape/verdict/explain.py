"""The reports about a test that does not agree with its goldens: the fact, the place, the next command."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from goldtape.cassette.faults import Fault, OutOfOrder, Unanswered, Unmatched, Unplayed
from goldtape.config import Config
from goldtape.exchange.interaction import Interaction, Request, Response
from goldtape.goldens.cassette_file import Stored
from goldtape.goldens.reading import read_golden
from goldtape.goldens.transcript import exchange, label, line_of_exchange
from goldtape.verdict import JUDGE, RECORD
from goldtape.verdict.causes import facts
from goldtape.verdict.difference import Difference
from goldtape.verdict.drift import compare_exchange
from goldtape.verdict.operations import full_label
from goldtape.verdict.words import SENT, worded

_POSITION = re.compile(r"\[\d+\]")
# More lines of one sort than this are not listed, but counted in one line.
_LISTED = 5
_LINES, _WIDTH = 40, 160


@dataclass(frozen=True, slots=True)
class Explainer:
    """The reports about one test; `test` is its id, `stored` its cassette as it was read."""

    test: str
    config: Config
    stored: Stored

    def differences(
        self, found: Sequence[Difference], snapshot: Path, replay: bool = False, failed: bool = False, owner: str = ""
    ) -> str:
        """The report of a drifted test.

        In a `replay` the cassette was compared with the snapshot, and no service. The test `failed` itself, too.
        `owner` is the address of a deployment that is somebody else's.
        """
        breaking = sum(one.kind == "breaking" for one in found)
        noun = "difference" if len(found) == 1 else "differences"
        return "\n".join(
            [
                f"{len(found)} {noun} from the snapshot, {breaking} breaking",
                *_columns([(one.kind, one.exchange, one.path or "-", what) for one, what in _folded(found)]),
                *self._places(found, snapshot, replay),
                f"next: {self._next(failed, owner)}",
            ]
        )

    def facts(self, found: Sequence[Difference], snapshot: Path) -> list[dict[str, str]]:
        """The differences as they travel to the summary of the run."""
        text = read_golden(snapshot)

        def at(one: Difference) -> str:
            part, there, _ = one.places
            line = 1 if there is None else line_of_exchange(text, there, part)
            return f"{self._relative(snapshot)}:{line}"

        return [fact.to_json() for fact in facts(found, at)]

    def last_exchange(self, heard: Sequence[Interaction]) -> str:
        """What a test that failed in its first recording asked last, and was answered; "" if it asked nothing."""
        if not heard:
            return ""
        shown, number = exchange(heard[-1], self.config), len(heard)
        lines = json.dumps(shown, indent=2, ensure_ascii=False).splitlines()
        more = [f"and {len(lines) - _LINES} more lines"] if len(lines) > _LINES else []
        cut = [line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…" for line in lines[:_LINES]]
        return "\n".join([f"the last exchange was {full_label(shown, number)}", *cut, *more])

    def not_recorded(self, path: Path) -> str:
        """The report of a test that lacks a golden."""
        return (
            f"{self.test} has no {self._relative(path)}: never recorded, or deleted since\n"
            f"next: record it against the running service: {self._record}"
        )

    def silent(self, asked: Iterable[str], peers: Sequence[str]) -> str:
        """The report of a live test that sent nothing through its tape.

        `asked` are the targets whose URL it asked for, `peers` the addresses that it connected to all the same.
        """
        lines = [f"{self.test} sent nothing through its tape"]
        if names := ", ".join(sorted(asked)):
            lines.append(f"  it asked for the address of {names}")
        lines += [f"  it connected to {peer} outside the tape" for peer in dict.fromkeys(peers)]
        if held := len(self.stored):
            lines.append(f"  {self._relative(self.stored.path)} holds {held} interactions; it was left alone")
        lines.append(
            "next: send requests with a client that vcrpy knows (httpx, requests, aiohttp, urllib3, http.client); "
            "the tape cannot hear a child process or a C library. If the test sends nothing any more, delete its "
            "cassette and snapshot"
        )
        return "\n".join(lines)

    def fault(self, fault: Fault) -> str:
        """The report of a fault of the test's requests."""
        match fault:
            case Unmatched():
                lines = self._unmatched(fault)
            case Unplayed():
                lines = self._unplayed(fault)
            case OutOfOrder():
                lines = self._out_of_order(fault)
            case Unanswered():
                lines = self._unanswered(fault)
        return "\n".join(lines)

    def _unmatched(self, found: Unmatched) -> list[str]:
        if not self.stored.chunks and not self.stored.path.exists():
            return [self.not_recorded(self.stored.path)]
        sent = self._shown(found.request)
        lines = [f"no recorded answer for {label(sent)}"]
        if found.nearest is None:
            lines.append(f"  {self._relative(self.stored.path)} holds no interactions at all")
        elif found.exhausted:
            lines.append(
                f"  it was recorded, but sent more often than recorded; last at interaction {found.nearest + 1} of"
            )
            lines.append(f"    {self._place(found.nearest)}")
        else:
            lines.append(f"  nearest: interaction {found.nearest + 1} of {self._place(found.nearest)}")
            recorded = self._shown(self.stored.interaction(found.nearest).request)
            lines += _columns([(one.path, worded(one, SENT)) for one in compare_exchange(recorded, sent, "")])
        return [*lines, f"next: fix the request, or record again: {self._record}"]

    def _unplayed(self, found: Unplayed) -> list[str]:
        lines = [f"{len(found.indexes)} of {len(self.stored)} recorded interactions were not played"]
        lines += [f"  {self._label(index)}   {self._place(index)}" for index in found.indexes[:_LISTED]]
        if len(found.indexes) > _LISTED:
            lines.append(f"  and {len(found.indexes) - _LISTED} more")
        return [*lines, f"next: send them again, or record again without them: {self._record}"]

    def _out_of_order(self, found: OutOfOrder) -> list[str]:
        return [
            f"the test sends its requests in another order than {self._relative(self.stored.path)} holds them",
            f"  {self._label(found.asked)}   was asked for",
            f"  {self._label(found.due)}   was recorded in its place",
            "next: if they are sent concurrently, say so: `with goldtape.concurrently():`; "
            f"if the new order is meant, record again: {self._record}",
        ]

    def _unanswered(self, found: Unanswered) -> list[str]:
        return [
            f"{len(found.requests)} request(s) of {self.test} got neither a response nor an error of the client:",
            *(f"  {request.method} {request.uri}" for request in found.requests[:_LISTED]),
            "next: a request that is cancelled, or on its way when the test ends, comes to something else every time; "
            "wait for it, or let the client's own timeout end it, which is recorded",
        ]

    def _places(self, found: Sequence[Difference], snapshot: Path, replay: bool) -> list[str]:
        """The lines of the goldens that hold the exchanges that differ, and what was sent if that was another URL."""
        exchanges = {one.exchange: one for one in reversed(found) if one.places[0]}
        listed = [exchanges[name] for name in dict.fromkeys(one.exchange for one in found) if name in exchanges]
        text = read_golden(snapshot) if listed else ""
        rows = []
        for one in listed[:_LISTED]:
            part, there, here = one.places
            index = None if here is None else here + (len(self.stored) - self.stored.afterwards) * (part != "exchanges")
            place = [] if not replay else ["-" if index is None else self._place(index)]
            line = None if there is None else line_of_exchange(text, there, part)
            place.append("-" if line is None else f"{self._relative(snapshot)}, line {line}")
            rows.append((one.exchange, *place, f"sent as {one.sent}" if one.sent else ""))
        if len(listed) > _LISTED:
            rows.append((f"and {len(listed) - _LISTED} more", *[""] * (len(rows[0]) - 1)))
        head = "cassette and snapshot disagree, which a hand or a merge can have done, at" if replay else "recorded at"
        return [head, *_columns(rows)] if rows else []

    def _next(self, failed: bool, owner: str) -> str:
        """What helps the reader at hand: a service's owner, somebody whose test failed, a test's author."""
        if owner:
            return f"tell the owner of {owner}, or judge it by the plan alone: {JUDGE} {self._what}".rstrip()
        if failed:
            return "mend the service or the test first; nothing is recorded of a test that fails"
        return f"look at the diff; if the change is meant, record again: {self._record}"

    def _label(self, index: int) -> str:
        return label(exchange(self.stored.interaction(index), self.config), index + 1)

    def _place(self, index: int) -> str:
        return f"{self._relative(self.stored.path)}, line {self.stored.line(index)}"

    def _shown(self, request: Request) -> dict[str, Any]:
        shown = exchange(Interaction(request, Response(0, "", {})), self.config)
        del shown["status"]
        return shown

    def _relative(self, path: Path) -> str:
        root = self.config.root
        return path.relative_to(root).as_posix() if path.is_relative_to(root) else str(path)

    @property
    def _record(self) -> str:
        return f"{RECORD} {self._what}".rstrip()

    @property
    def _what(self) -> str:
        """The test, as a shell takes it; a wider fixture is none: what can be run is the place where it stands."""
        what = self.test.partition("::@")[0]
        return f"'{what}'" if re.search(r"[\[\]\s?*]", what) else what


def _folded(found: Sequence[Difference]) -> list[tuple[Difference, str]]:
    """Differences with their words; if many items of a list differ alike, one line counts them."""
    groups: dict[tuple[object, ...], list[Difference]] = {}
    for one in found:
        groups.setdefault((one.kind, one.change, one.exchange, _POSITION.sub("[*]", one.path)), []).append(one)
    shown: list[tuple[Difference, str]] = []
    for group in groups.values():
        if len(group) <= _LISTED:
            shown += [(one, worded(one)) for one in group]
        else:
            shown.append((group[0], f"{worded(group[0])} (and {len(group) - 1} more like it)"))
    return shown


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)] if rows else []
    return [
        ("  " + "   ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]])).rstrip()
        for row in rows
    ]
