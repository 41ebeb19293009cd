"""Programs of other makers that a few live stories need; they are in the extra `outside`."""

from __future__ import annotations

import importlib.util
import os

import pytest


def need(config: pytest.Config, *modules: str) -> None:
    """Skip a story without these modules; with `--live=require` it fails instead."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if not missing:
        return
    how = "uv pip install --constraint tools/constraints.txt --editable '.[outside]'"
    reason = f"{' and '.join(missing)} is not installed; install it: {how}"
    if "require" in (config.getoption("--live"), os.environ.get("GOLDTAPE_LIVE", "").lower()):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
