"""What several files of stories begin with."""

from __future__ import annotations

import pytest

from .planned import CASES, TEST, TESTS
from .project import Project


@pytest.fixture
def planned(shop: Project) -> Project:
    """Two tests that carry two cases, never recorded."""
    return shop.add(TEST, TESTS).add("tests/cases.toml", CASES)
