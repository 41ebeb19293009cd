"""config: what is wrong with a table is said by key, value and nearest valid spelling."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from goldtape.config import Config, ConfigError, Target, Volatile, find_root, load

SHOP = "[tool.goldtape.systems.shop]\n"


def project(folder: Path, toml: str) -> Path:
    (folder / "pyproject.toml").write_text(toml, encoding="utf-8")
    return folder


def loaded(folder: Path, toml: str) -> Config:
    return load(project(folder, toml))


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        pytest.param("[tool.goldtape]\ncasettes = 'c'\n", ["'casettes'", "did you mean 'cassettes'?"], id="top-key"),
        pytest.param(
            f"{SHOP}hots = 'http://x.test'\n", ["systems.shop", "'hots'", "did you mean 'host'?"], id="system-key"
        ),
        pytest.param(f"{SHOP}zzz = 1\n", ["'zzz'", "valid: actor,"], id="key-like-none"),
        pytest.param(
            "[tool.goldtape.systems.shop.support]\nactor = 'x'\n", ["systems.shop.support", "'actor'"], id="support-key"
        ),
        pytest.param("[tool.goldtape]\nbody-limit = '64k'\n", ["tool.goldtape.body-limit", "'64k'", "int"], id="type"),
        pytest.param("[tool.goldtape]\nbody-limit = true\n", ["tool.goldtape.body-limit", "True", "int"], id="boolean"),
        pytest.param(f"{SHOP}secrets = 'pin'\n", ["systems.shop.secrets", "'pin'", "list"], id="text-for-list"),
        pytest.param(
            "[tool.goldtape]\nsystems = ['shop']\n", ["tool.goldtape.systems", "['shop']"], id="list-for-table"
        ),
        pytest.param(
            "[tool.goldtape.systems]\nshop = 1\n", ["tool.goldtape.systems.shop", "1", "table"], id="no-table"
        ),
        pytest.param(
            f"{SHOP}host = 'shop.test'\n", ["systems.shop.host", "'shop.test'", "http://shop.test"], id="no-scheme"
        ),
        pytest.param(f"{SHOP}host = 'http://shop.test/v1'\n", ["systems.shop.host", "/v1"], id="host-with-path"),
        pytest.param(
            f"{SHOP}volatile = [{{path = 'a', as = 'uid', why = 'w'}}]\n",
            ["shop.volatile", "'uid'", "did you mean 'uuid'?"],
            id="volatile-class",
        ),
        pytest.param(
            f"{SHOP}volatile = [{{path = 'a', as = 'in 1 h', why = 'w'}}]\n",
            ["shop.volatile", "'in 1 h'", "did you mean 'in 1h'?"],
            id="volatile-distance",
        ),
        pytest.param(
            f"{SHOP}volatile = [{{path = 'a', as = 'uuid'}}]\n", ["lacks why", "'a'"], id="volatile-without-why"
        ),
        pytest.param(f"{SHOP}volatile = ['a']\n", ["shop.volatile", "'a'", "table"], id="volatile-no-table"),
        pytest.param("[tool.other]\n", ["pyproject.toml", "no [tool.goldtape]", "goldtape new"], id="no-goldtape"),
        pytest.param("[tool.goldtape\n", ["pyproject.toml", "not readable TOML", "line 1"], id="not-toml"),
    ],
)
def test_load_wrong_value_names_key_value_and_valid_spelling(tmp_path: Path, toml: str, words: list[str]) -> None:
    """Every mistake is a ConfigError from which it can be mended without reading the code."""
    with pytest.raises(ConfigError) as refused:
        loaded(tmp_path, toml)

    assert [word for word in words if word not in str(refused.value)] == []


def test_load_empty_table_gives_the_defaults(tmp_path: Path) -> None:
    """Nothing has to be configured but the table itself."""
    config = loaded(tmp_path, "[tool.goldtape]\n")

    assert (config.tests, config.cassettes, config.snapshots) == tuple(
        tmp_path / name for name in ("tests", "cassettes", "snapshots")
    )
    assert (config.body_limit, config.max_age_days, dict(config.systems)) == (65_536, 180, {})


def test_load_system_without_address_gets_names_from_its_own(tmp_path: Path) -> None:
    """Host and environment variable follow from the system's name, for its support API too."""
    config = loaded(
        tmp_path, "[tool.goldtape.systems.big-shop]\nactor = 'X-User'\n[tool.goldtape.systems.big-shop.support]\n"
    )

    assert config.target("big-shop") == Target("big-shop", "http://big-shop.test", "BIG_SHOP_URL", "")
    assert config.target("big-shop-support").host == "http://big-shop-support.test"
    assert config.systems["big-shop"].actor == "x-user"


def test_load_volatile_rule_is_read_with_its_reason(tmp_path: Path) -> None:
    """A rule carries path, class and why, and the hosts of its system."""
    rule = "volatile = [{path = 'took[*].ms', as = 'constant', why = 'a duration'}]"

    assert loaded(tmp_path, f"{SHOP}{rule}\n").systems["shop"].volatile == (
        Volatile("took[*].ms", "constant", "a duration", frozenset({"shop.test"})),
    )


@pytest.mark.parametrize(
    ("kind", "span"),
    [
        ("in 90s", timedelta(seconds=90)),
        ("in -20m", timedelta(minutes=-20)),
        ("in 1h", timedelta(hours=1)),
        ("in 30d", timedelta(days=30)),
        ("instant", None),
    ],
)
def test_load_volatile_rule_can_name_a_distance_to_the_clock(tmp_path: Path, kind: str, span: timedelta | None) -> None:
    """For an expiry in whole seconds, which shows no relation to another instant."""
    [rule] = loaded(tmp_path, f"{SHOP}volatile = [{{path = 'a', as = '{kind}', why = 'w'}}]\n").systems["shop"].volatile

    assert rule.span == span


def test_target_unknown_name_names_the_nearest(tmp_path: Path) -> None:
    """Asking for a system that is not there says which are."""
    with pytest.raises(KeyError, match="did you mean 'shop'"):
        loaded(tmp_path, SHOP).target("shp")


@pytest.mark.parametrize(
    ("uri", "system"),
    [
        ("http://shop.test/v1?x=1", "shop"),
        ("http://bob:pw@shop.test/v1", "shop"),
        ("http://shop-support.test/rows", "shop"),
        ("http://shop.test.evil.test/", None),
        ("http://elsewhere.test/shop.test", None),
    ],
)
def test_system_of_uri_is_told_by_its_host_alone(tmp_path: Path, uri: str, system: str | None) -> None:
    """A URI belongs to the system whose canonical host it names, and to no other."""
    config = loaded(tmp_path, f"{SHOP}[tool.goldtape.systems.shop.support]\n")

    found = config.system_of(uri)

    assert (found.name if found else None) == system


def test_find_root_looks_upwards_past_other_projects(tmp_path: Path) -> None:
    """A pyproject.toml without a goldtape table is not the root; no root at all is None."""
    inner = tmp_path / "package"
    inner.mkdir()
    project(inner, "[tool.other]\n")

    assert find_root(inner) is None
    assert find_root(project(tmp_path, "[tool.goldtape]\n") / "package") == tmp_path
