"""runs: what can be read in bytes that are no text."""

from __future__ import annotations

import pytest

from goldtape.exchange.runs import change_runs, read_runs

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff\xfe"


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_run_is_read_and_changed_between_bytes_that_are_none(codec: str) -> None:
    """In its own encoding; a byte above ASCII is no letter, so a word can stand beside it."""
    raw = PNG + "password=x".encode(codec) + PNG

    assert "password=x" in read_runs(raw)
    assert change_runs(raw, lambda text: text.replace("=x", "=yes")) == PNG + "password=yes".encode(codec) + PNG


def test_a_short_run_is_chance_and_bytes_without_a_change_stay_the_same() -> None:
    """Seven signs are none; nothing is copied where nothing changes."""
    raw = PNG + b"seven77" + PNG

    assert list(read_runs(raw)) == []
    assert change_runs(raw, str.upper) is raw
