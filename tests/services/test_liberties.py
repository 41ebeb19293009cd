"""Liberties: none without a seed, the same ones for the same seed, and others for another."""

from __future__ import annotations

import pytest

from services.environment import SettingsError
from services.liberties import Liberties


def test_without_a_seed_everything_is_as_usual() -> None:
    """Goldens hold this way."""
    free = Liberties.read({})

    assert (free.one_of("envelope", "error", "detail"), free.order("items", [3, 1, 2])) == ("error", [3, 1, 2])


def test_a_seed_decides_for_all_of_a_run() -> None:
    """And over the seeds every way is taken."""
    ways = {Liberties.read({"LIBERTIES": str(seed)}).one_of("envelope", "error", "detail") for seed in range(20)}

    assert ways == {"error", "detail"}
    assert Liberties.read({"LIBERTIES": "7"}).order("items", range(9)) == Liberties.read({"LIBERTIES": "7"}).order(
        "items", range(9)
    )


def test_a_seed_is_a_number() -> None:
    """Anything else is refused at the start."""
    with pytest.raises(SettingsError, match="LIBERTIES is 'many'"):
        Liberties.read({"LIBERTIES": "many"})
