"""instants: those that a service mints become stable, those that are data stay, and every change of one shows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from goldtape.canonical.placeholders import stabilise
from goldtape.config import Volatile
from goldtape.exchange.interaction import Interaction, Json, Request, Response

NOW = datetime(2026, 3, 1, 10, 0, 0, tzinfo=UTC)
ZERO = "2000-01-01T00:00:00"
BORN = "1980-05-05T00:00:00Z"


def spelled(at: datetime, digits: int = 6, zone: str = "Z") -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}{f'.{at:%f}'[: digits + 1] if digits else ''}{zone}"


def after(digits: int = 6, zone: str = "Z", **span: float) -> str:
    """An instant that far after the request, 0.123456 s later still, because the service took that long."""
    return spelled(NOW + timedelta(**span) + timedelta(microseconds=123456), digits, zone)


def placed(body: Any, rules: Sequence[Volatile] = (), now: datetime = NOW, sent: Any = None) -> Any:
    """What the body of one response becomes, its request sent at `now`."""
    one = Interaction(Request("POST", "http://a.test/", {}, Json(sent)), Response(200, "", {}, Json(body)))
    [stable] = stabilise([one], rules, clock=[now])
    assert isinstance(stable.response.body, Json)
    return stable.response.body.value


DATA = [
    pytest.param(BORN, id="date-of-birth"),
    pytest.param("2036-03-01T10:00:00Z", id="far-ahead"),
    pytest.param("9999-12-31T23:59:59.999999Z", id="the-last"),
    pytest.param("0001-01-01T00:00:00+02:00", id="before-the-first"),
    pytest.param(after(hours=2), id="a-clock-two-hours-off"),
    pytest.param(after(0, hours=1), id="an-hour-ahead-in-whole-seconds"),
    pytest.param(after(3, hours=1), id="an-hour-ahead-in-milliseconds"),
    pytest.param(after(0, seconds=120), id="two-minutes-ahead"),
    pytest.param(["2026-01-01T00:00:00.123456Z", "2026-02-01T00:00:00.123456Z"], id="made-up-microseconds"),
]


@pytest.mark.parametrize("data", DATA)
def test_an_instant_far_from_the_clock_stays(data: Any) -> None:
    """A date of birth is no time of writing, and a clock that is hours off is a fault to be seen."""
    assert placed({"data": data}) == {"data": data}


@pytest.mark.parametrize(
    ("instant", "placeholder"),
    [
        pytest.param(after(), f"{ZERO}.000001Z", id="now"),
        pytest.param(after(seconds=-60), f"{ZERO}.000001Z", id="a-minute-ago"),
        pytest.param(after(0), f"{ZERO}Z", id="now-in-whole-seconds"),
        pytest.param(after(3), f"{ZERO}.000Z", id="now-in-milliseconds"),
        pytest.param(after(zone="+02:00", hours=2), "2000-01-01T02:00:00.000001+02:00", id="now-elsewhere"),
        pytest.param(after(zone=""), f"{ZERO}.000001", id="now-without-a-zone"),
    ],
)
def test_an_instant_near_the_clock_is_minted_and_keeps_its_spelling(instant: str, placeholder: str) -> None:
    """Offset, precision and zone stand in the golden, so that losing one is a difference."""
    assert placed({"at": instant}) == {"at": placeholder}


def test_an_instant_without_a_zone_can_be_the_local_time_of_this_machine() -> None:
    """Where the offset is written, it is not asked for."""
    here = NOW.astimezone(timezone(timedelta(hours=5)))
    own, other, told = after(zone="", hours=5), after(zone="", hours=3, microseconds=1), after(hours=5, microseconds=2)

    assert placed([own, other, told], now=here) == [f"{ZERO}.000001", other, told]


@pytest.mark.parametrize(
    ("span", "ahead"),
    [
        ({"hours": 1}, "2000-01-01T01:00:00.000001Z"),
        ({"seconds": 30}, "2000-01-01T00:00:30.000001Z"),
        ({"days": -3650}, "1990-01-03T00:00:00.000001Z"),
    ],
)
def test_an_instant_counted_from_another_keeps_its_exact_distance(span: dict[str, Any], ahead: str) -> None:
    """An expiry one hour ahead stays one hour ahead: the same microseconds say that it was counted."""
    body = {"expires": after(**span), "made": after(), "later": after(seconds=1, microseconds=1)}

    assert placed(body) == {"expires": ahead, "made": f"{ZERO}.000001Z", "later": f"{ZERO}.000002Z"}


def test_instants_counted_from_a_clock_that_nobody_shows_keep_whole_minutes() -> None:
    """Rows that a fixture put into the past: their own distances are exact."""
    assert placed([after(minutes=-10), after(minutes=-20, seconds=-5)]) == [
        "1999-12-31T23:50:00.000001Z",
        "1999-12-31T23:39:55.000001Z",
    ]


@pytest.mark.parametrize(
    ("kind", "instant", "kept"),
    [
        pytest.param("in 1h", after(0, hours=1), "2000-01-01T01:00:00Z", id="an-hour"),
        pytest.param("in -20m", after(0, minutes=-20), "1999-12-31T23:40:00Z", id="ago"),
        pytest.param("in 0s", after(0), f"{ZERO}Z", id="at-once"),
        pytest.param("in 30d", after(hours=720), "2000-01-31T00:00:00.000000Z", id="days"),
        pytest.param("in 1h", after(0, hours=2), after(0, hours=2), id="another-distance"),
        pytest.param("instant", after(0, hours=2), f"{ZERO}Z", id="minted-whatever-the-clock-says"),
        pytest.param("instant", "yesterday", "yesterday", id="no-instant"),
    ],
)
def test_a_rule_decides_where_an_instant_shows_no_relation(kind: str, instant: str, kept: str) -> None:
    """In whole seconds nothing tells an expiry from any other date."""
    assert placed({"expires": instant}, [Volatile("expires", kind, "why")]) == {"expires": kept}


def test_an_instant_that_the_client_sent_stays_near_the_clock_too() -> None:
    """It is part of the test."""
    assert placed({"at": after()}, sent={"at": after()}) == {"at": after()}


def test_placeholders_keep_clear_of_data_that_look_like_them() -> None:
    """Data at 2000-01-01 are no first instant of the run."""
    assert placed([f"{ZERO}.000001Z", after()]) == [f"{ZERO}.000001Z", f"{ZERO}.000002Z"]


def story(seed: int) -> tuple[list[Interaction], list[datetime]]:
    """An unchanged service, recorded once: another day, another speed, another zone of the machine, the same story."""
    chance = random.Random(seed)  # times, not secrets
    zone = timezone(timedelta(hours=chance.randrange(-11, 12)))
    clock = datetime.fromtimestamp(chance.uniform(1.7e9, 2.2e9), zone)
    exchanges: list[Interaction] = []
    starts: list[datetime] = []
    seeded = clock + timedelta(microseconds=chance.randrange(10**5))
    history: list[str] = []
    for number in range(20):
        clock += timedelta(seconds=chance.uniform(0.001, 1.5))
        starts.append(clock)
        clock += timedelta(seconds=chance.uniform(0.001, 0.9))
        made = clock.astimezone(UTC)
        history.append(spelled(made))
        body = {
            "id": number,
            "created": spelled(made),
            "coarse": spelled(made, 0, "+00:00"),
            "local": spelled(clock, 6, clock.isoformat()[-6:]) if zone == UTC else spelled(made, 6, "+00:00"),
            "expires": spelled(made + timedelta(hours=1)),
            "soon": spelled(made + timedelta(seconds=45)),
            "renewed": spelled((made + timedelta(days=30)).astimezone(timezone(timedelta(hours=2))), 6, "+02:00"),
            "session": spelled(made + timedelta(minutes=20), 0),
            "born": BORN,
            "seeded": [spelled((seeded - timedelta(minutes=m)).astimezone(UTC)) for m in (5, 30)],
            "history": list(history),
        }
        exchanges.append(Interaction(Request("GET", "http://a.test/", {}), Response(200, "", {}, Json(body))))
    return exchanges, starts


RULES = [Volatile("session", "in 20m", "an expiry in whole seconds")]


def test_an_unchanged_service_gives_no_diff_in_twenty_recordings() -> None:
    """Whatever the clock says, how fast the answers come, and where the machine stands."""
    recordings = [stabilise(exchanges, RULES, clock=starts) for exchanges, starts in map(story, range(20))]

    assert [one == recordings[0] for one in recordings] == [True] * 20
    assert BORN in repr(recordings[0])


def test_placeholders_are_their_own_placeholders() -> None:
    """Read with the clock that they show, they are what they were."""
    exchanges, starts = story(1)
    once = stabilise(exchanges, RULES, clock=starts)

    assert stabilise(once, RULES, clock=[datetime(2000, 1, 1, tzinfo=UTC)] * len(once)) == once
