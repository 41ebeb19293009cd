"""Names that look temporary."""

from __future__ import annotations

import httpx
import pytest

from .helpers_coordinator import ACCEPTED, Coordinator, arrange, look

TEMPORARY = ("DATA_{uid}_20250101000000.pdf.part", "DATA_{uid}_20250101000000.tmp", "~$LOCK_{uid}_20250101000000.xlsx")


@pytest.mark.case("coordinator/D1")
async def test_temp_files_should_be_ignored_by_scan(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A lock file, a temporary one and a partial download stay, without a row."""
    files = [f"tempfiles-{uid}@det.com/{name.format(uid=uid)}" for name in TEMPORARY]
    await arrange(support, files)

    await coordinator.run()

    seen = await look(support)
    assert (seen.source, seen.archive) == (files, [])
    for file in files:
        assert seen.statuses(file) == [], file


@pytest.mark.case("coordinator/D2")
async def test_temp_file_does_not_hide_its_neighbours(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A normal file beside temporary ones is processed, even one whose name they begin or end with."""
    temporary = [f"beside-{uid}@det.com/{name.format(uid=uid)}" for name in TEMPORARY]
    normal = f"beside-{uid}@det.com/DATA_{uid}_20250101000000.pdf"
    await arrange(support, [*temporary, normal])

    await coordinator.run()

    seen = await look(support)
    assert seen.status(normal) in ACCEPTED
    assert (seen.source, seen.archive) == (temporary, [normal])


async def test_only_remitter_folders_are_scanned(
    coordinator: Coordinator, support: httpx.AsyncClient, uid: str
) -> None:
    """A file in the source root and one below a remitter's subfolder; the document knows files of a remitter only."""
    await arrange(support, [f"ROOT_{uid}.pdf", f"deeper-{uid}@det.com/sub/DEEP_{uid}.pdf"])

    await coordinator.run()

    await look(support)
