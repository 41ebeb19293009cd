"""The file `.env.it`, which a caller may keep the addresses of a deployment in."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .helpers_coordinator import read_env_file


def test_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is set stays; comments and other lines say nothing; quotes are not part of a value."""
    file = tmp_path / ".env.it"
    file.write_text('# NOTE=none\nIT_A=file\nIT_B="file"\nexport IT_C=a=b\n\nnonsense\n', encoding="utf-8")
    monkeypatch.setattr(os, "environ", {"IT_A": "set"})

    read_env_file(file)

    assert os.environ == {"IT_A": "set", "IT_B": "file", "IT_C": "a=b"}


def test_file_may_be_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the environment says everything."""
    monkeypatch.setattr(os, "environ", {"IT_A": "set"})

    read_env_file(tmp_path / ".env.it")

    assert os.environ == {"IT_A": "set"}
