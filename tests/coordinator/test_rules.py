"""The coordinator's rules as tables: stamps and newest versions, stability, what is retried, what looks temporary."""

from __future__ import annotations

import errno

import pytest
from smbprotocol.exceptions import SMBAuthenticationError, SMBConnectionClosed, SMBOSError

from services.coordinator.grouping import grouped, strip_ts_basename
from services.coordinator.listing import SourceFile, TempNames
from services.coordinator.smb_errors import is_retryable
from services.coordinator.stability import FileStat, Policy, is_stable

STAMPED = {
    "REPORT_20251105120450.xlsx": "REPORT.xlsx",
    "REPORT.20251105120450.xlsx": "REPORT.xlsx",
    "REPORT_20251105.xlsx": "REPORT.xlsx",
    "REPORT.20251105.xlsx": "REPORT.xlsx",
    "R_20250101_20250102.x": "R_20250101.x",
}
UNSTAMPED = [
    "REPORT_20251105T120450.xlsx",
    "REPORT_20251105120450123.xlsx",
    "REPORT_20251105120450_extra.xlsx",
    "REPORT_20250125_174015.xlsx",
    "REPORT-20251105.xlsx",
    "partly form 2024.xlsx",
    "20251105.xlsx",
    "_20251105.xlsx",
    "REPORT_20251105",
]


@pytest.mark.parametrize(("name", "base"), [*STAMPED.items(), *((name, name) for name in UNSTAMPED)])
def test_one_stamp_of_8_or_14_digits_is_stripped(name: str, base: str) -> None:
    """One stamp at the end of the stem goes, nothing else does."""
    assert strip_ts_basename(name) == base


@pytest.mark.parametrize(
    ("loser", "newest"),
    [
        ("R_20250105.x", "R_20250105120000.x"),
        ("R_20250105120000.x", "R_20250106.x"),
        ("R.20250107.x", "R_20250105.x"),
        ("R.x", "R_20250105.x"),
        ("R.20250105.x", "R.x"),
    ],
)
def test_newest_is_the_last_name(loser: str, newest: str) -> None:
    """Of two versions the newest is the last in plain string order, however they are listed."""
    files = [SourceFile("remitter", name, name) for name in (newest, loser)]

    [group] = grouped(files)

    assert (group.newest.name, [one.name for one in group.older]) == (newest, [loser])
    assert grouped(files[::-1]) == [group]


def seen(mtime: float | None, chgtime: float | None = None, size: int | None = 1) -> FileStat:
    return FileStat(size, mtime, mtime if chgtime is None else chgtime)


class Looks:
    """Answers one look after another; an OSError is raised."""

    def __init__(self, *looks: FileStat | OSError) -> None:
        self._looks = iter(looks)

    async def __call__(self) -> FileStat:
        look = next(self._looks)
        if isinstance(look, OSError):
            raise look
        return look


@pytest.mark.parametrize(
    ("look", "now", "stable"),
    [
        pytest.param(seen(100), 105, True, id="old enough"),
        pytest.param(seen(100), 103, True, id="just old enough"),
        pytest.param(seen(100), 102, False, id="too young"),
        pytest.param(seen(50, 100), 102, False, id="changed lately"),
        pytest.param(OSError(), 105, False, id="gone"),
        pytest.param(seen(100, size=None), 105, False, id="no size"),
        pytest.param(seen(None, 1.0), 105, False, id="no time"),
    ],
)
async def test_stable_by_age(look: FileStat | OSError, now: float, stable: bool) -> None:
    """With a least age one look decides."""
    assert await is_stable(Looks(look), Policy(min_age_s=3), lambda: now) is stable


@pytest.mark.parametrize(
    ("looks", "stable"),
    [
        pytest.param([seen(1), seen(1)], True, id="unchanged"),
        pytest.param([seen(1, size=10), seen(1, size=11)], False, id="grown"),
        pytest.param([seen(1), seen(2)], False, id="touched"),
        pytest.param([seen(1), OSError()], False, id="gone at the second look"),
    ],
)
async def test_stable_by_samples(looks: list[FileStat | OSError], stable: bool) -> None:
    """Without a least age, two looks have to agree."""
    policy = Policy(min_age_s=None, check_interval_s=0)

    assert await is_stable(Looks(*looks), policy, lambda: 0) is stable


def caused_by(error: OSError) -> ValueError:
    raised = ValueError("what smbprotocol raises when it cannot connect")
    raised.__cause__ = error
    return raised


NETWORK = ["ECONNRESET", "ECONNREFUSED", "ECONNABORTED", "ETIMEDOUT", "EPIPE", "ENETUNREACH", "EHOSTUNREACH"]


@pytest.mark.parametrize(
    ("error", "retryable"),
    [
        (ValueError("bad input"), False),
        (FileNotFoundError(), False),
        (OSError(errno.EINVAL, "invalid"), False),
        (SMBAuthenticationError(), False),
        (SMBOSError(0xC0000022, "access denied"), False),
        (SMBOSError(0xC0000043, "sharing violation"), False),
        (SMBOSError(0xC0000034, "not found"), False),
        (SMBOSError(0xC0000035, "collision"), False),
        (caused_by(OSError(errno.EINVAL, "invalid")), False),
        (TimeoutError(), True),
        (SMBConnectionClosed(), True),
        (SMBOSError(0xC00000B5, "timeout"), True),
        (SMBOSError(0xC00000C9, "network name deleted"), True),
        (caused_by(ConnectionRefusedError(errno.ECONNREFUSED, "refused")), True),
        *((OSError(getattr(errno, name), name), True) for name in NETWORK),
    ],
)
def test_retryable_errors(error: Exception, retryable: bool) -> None:
    """What may pass by itself is tried again, what will not is not."""
    assert is_retryable(error) is retryable


@pytest.mark.parametrize("name", ["~$a.xlsx", "a.part", "a.TMP", ".a", "Thumbs.db", "desktop.ini", "a.swp"])
def test_temporary_names(name: str) -> None:
    """These names look temporary, in small letters and in capitals."""
    assert TempNames().match(name)


@pytest.mark.parametrize("name", ["a.xlsx", "~a", "a.parts"])
def test_lasting_names(name: str) -> None:
    """These do not."""
    assert not TempNames().match(name)
