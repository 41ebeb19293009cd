"""What a check ends with, fed with made-up measurements."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bench import __main__ as bench
from bench import start
from bench.contenders import CASSETTER, FLOOR, GOLDTAPE, STOCK
from bench.figures import Figure, least
from bench.measure import Effort

URLS = "distinct URLs"
FAST = {FLOOR.name: 0.1, GOLDTAPE.name: 0.11, STOCK.name: 9.0, CASSETTER[0].name: 0.3, CASSETTER[1].name: 0.2}
SLOW = FAST | {GOLDTAPE.name: 0.17}
NOISY = FAST | {GOLDTAPE.name: 0.16}


@pytest.mark.parametrize(
    ("argv", "rounds", "measured", "code"),
    [
        pytest.param(["--check"], [FAST], 1, 0, id="met"),
        pytest.param(["--check"], [SLOW, FAST], 2, 0, id="met-when-measured-again"),
        pytest.param(["--check"], [SLOW, SLOW, SLOW], 3, 1, id="broken-each-time"),
        pytest.param(["--check"], [FAST | {CASSETTER[0].name: None, CASSETTER[1].name: None}], 1, 3, id="no-cassetter"),
        pytest.param(["--check"], [NOISY], 1, 0, id="missed-by-less-than-the-noise"),
        pytest.param([], [SLOW], 1, 0, id="broken-but-no-check"),
    ],
)
def test_check_fails_when_a_promise_stays_broken(
    argv: list[str],
    rounds: list[dict[str, float | None]],
    measured: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A machine that was busy once breaks no build; a promise that stays broken does."""
    asked: list[Effort] = []

    def made_up(contenders: object, effort: Effort, say: object) -> list[Figure]:
        asked.append(effort)
        drives = rounds[len(asked) - 1]
        return [Figure(name, URLS, count, 0.0, ms) for count in effort.repeats for name, ms in drives.items()]

    monkeypatch.setattr(bench, "measure", made_up)
    monkeypatch.setattr(bench, "unmatched_ms", lambda work: 1.0)

    assert bench.main(argv) == code
    assert len(asked) == measured
    assert ("NOT MET" in capsys.readouterr().out) is (rounds[-1] in (SLOW, NOISY))


def test_least_of_two_rounds_is_kept() -> None:
    """A round in which the machine was busy does not spoil the other, nor does one in which a drive was stopped."""
    busy, idle = Figure("rival", URLS, 10, 0.2, 0.3), Figure("rival", URLS, 10, 0.1, 0.4)
    stopped = Figure("rival", URLS, 10, note="stopped: 7 of 10 requests answered in 2 s")

    assert least(busy, idle) == least(idle, busy) == Figure("rival", URLS, 10, 0.1, 0.3)
    assert least(stopped, idle) == least(idle, stopped) == idle
    assert least(stopped, stopped) == stopped


@pytest.mark.parametrize(
    ("argv", "more_s", "code"),
    [(["--check-start"], 0.04, 0), (["--check-start"], 0.06, 1), (["--start"], 0.06, 0)],
)
def test_start_is_checked_when_it_is_asked_for(
    argv: list[str], more_s: float, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What goldtape adds to a start is a promise of its own."""

    def made_up(rows: Sequence[start.Row], *_: object) -> dict[start.Run, float]:
        return {row.without: 0.5 for row in rows} | {row.run: 0.5 + more_s for row in rows}

    monkeypatch.setattr(start, "measure", made_up)

    assert bench.main(argv) == code
    assert f"one empty test, no table: at most 0.05 s more      {more_s:.3f} s" in capsys.readouterr().out
