"""Settings from the environment: what is read, what stands in for it, and what is said when it makes no sense."""

from __future__ import annotations

from traceback import format_exception
from typing import Literal

import pytest
from pydantic import Field, PositiveFloat

from services.coordinator import settings as coordinator
from services.coordinator.smb_client import Account
from services.coordinator.support import settings as coordinator_support
from services.curation.settings import CosmosSettings, store_from
from services.environment import BaseUrl, FromEnvironment, SettingsError

SHARE = {"SMB_UNC_PATH": r"\\host\det\source", "SMB_ARCHIVE_SUBPATH": "\\\\host\\det\\archive\\", "SMB_USERNAME": "det"}
COORDINATOR = SHARE | {
    "DATABASE_URL": "postgresql://db",
    "SMB_PASSWORD": "by name",
    "FOI_API_URL": "http://foi.test/extract/{remitter}/",
    "ITM_API_URL": "http://itm.test/itm",
    "IQUBE_API_URL": "http://iqube.test/notify",
}


class Shop(FromEnvironment):
    """What a service might ask for."""

    shop_url: BaseUrl
    """the address of the shop"""
    shop_key: str = Field("", repr=False)
    shop_kind: Literal["small", "large"] = "small"
    shop_timeout_s: PositiveFloat = 5


def refusal(settings: type[FromEnvironment], environ: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        settings.read(environ)
    return str(refused.value).splitlines()


def test_a_variable_is_its_fields_name_in_capitals() -> None:
    """Values are taken in the type of their field, and an address loses its final slash."""
    shop = Shop.read({"SHOP_URL": "http://shop.test/", "SHOP_TIMEOUT_S": "0.5", "PATH": "/bin"})

    assert (shop.shop_url, shop.shop_kind, shop.shop_timeout_s) == ("http://shop.test", "small", 0.5)


def test_an_empty_variable_is_not_set() -> None:
    """Empty, it has its default, or is missed."""
    assert Shop.read({"SHOP_URL": "http://shop.test", "SHOP_KIND": ""}).shop_kind == "small"
    assert refusal(Shop, {"SHOP_URL": ""}) == ["SHOP_URL is not set; it holds the address of the shop"]


def test_everything_wrong_is_said_at_once() -> None:
    """A line for each variable, with its name, its value and what is valid."""
    assert refusal(Shop, {"SHOP_KIND": "huge", "SHOP_TIMEOUT_S": "soon"}) == [
        "SHOP_URL is not set; it holds the address of the shop",
        "SHOP_KIND is 'huge'; it should be 'small' or 'large'",
        "SHOP_TIMEOUT_S is 'soon'; it should be a valid number, unable to parse string as a number",
    ]
    for timeout, valid in {"-1": "greater than 0", "0": "greater than 0", "inf": "a finite number"}.items():
        [line] = refusal(Shop, {"SHOP_URL": "http://shop.test", "SHOP_TIMEOUT_S": timeout})
        assert line == f"SHOP_TIMEOUT_S is '{timeout}'; it should be {valid}"


def test_a_secret_is_not_shown() -> None:
    """Neither settings nor a refusal of another variable show it."""
    secret = {"SHOP_KEY": "hush"}

    with pytest.raises(SettingsError) as refused:
        Shop.read(secret)

    assert "hush" not in "".join(format_exception(refused.value))
    assert "hush" not in repr(Shop.read(secret | {"SHOP_URL": "http://shop.test"}))
    assert "postgresql" not in repr(coordinator.Settings.read(COORDINATOR))


def test_every_missing_variable_says_what_it_holds() -> None:
    """No field without a default has nothing to say for itself."""
    for settings in (CosmosSettings, coordinator.Settings, coordinator_support.Settings):
        lines = refusal(settings, {})
        assert lines == [line for line in lines if " is not set; it holds the " in line]


def test_curation_names_its_stores() -> None:
    """An unknown store is refused with the two there are."""
    with pytest.raises(SettingsError, match="CURATION_STORE is 'redis'; it should be 'memory' or 'cosmos'"):
        store_from({"CURATION_STORE": "redis"})


def test_the_named_secret_wins() -> None:
    """SMB_SECRET_MANAGER_NAME names the variable that has the password; smb-secret is the usual one."""
    assert coordinator.Settings.read(COORDINATOR).account == Account("det", "by name", 445)
    for environ in ({"smb-secret": "vault"}, {"SMB_SECRET_MANAGER_NAME": "V", "V": "vault"}):
        assert coordinator.Settings.read(COORDINATOR | environ).account.password == "vault"


def test_an_empty_age_asks_for_samples() -> None:
    """Of these variables an empty one is a choice: no least age, and no names to ignore."""
    usual = coordinator.Settings.read(COORDINATOR)
    empty = coordinator.Settings.read(COORDINATOR | {"SMB_STABILITY_MIN_AGE_S": "", "SMB_IGNORE_PREFIXES": ""})
    words = coordinator.Settings.read(COORDINATOR | {"SMB_STABILITY_MIN_AGE_S": "0", "SMB_IGNORE_PREFIXES": "A, b,"})

    assert [one.stability.min_age_s for one in (usual, empty, words)] == [3, None, 0]
    assert [one.temp_names.prefixes for one in (usual, empty, words)] == [("~$", "."), (), ("a", "b")]


def test_roots_and_addresses_end_where_paths_begin() -> None:
    """No final backslash, no final slash."""
    settings = coordinator.Settings.read(COORDINATOR)

    assert settings.smb_archive_subpath == r"\\host\det\archive"
    assert settings.foi_api_url == "http://foi.test/extract/{remitter}"


def test_failpoints_are_for_local_runs() -> None:
    """Beside a real deployment nothing is planted, and ITM needs an address for its tokens."""
    asked = COORDINATOR | {"IT_ENABLE_FAILPOINTS": "1", "IT_FAILPOINTS_URL": "http://failpoints.test"}
    named = {"ENV": "prod", "ITM_TOKEN_URL": "http://token.test"}

    assert coordinator.Settings.read(asked).failpoints_url == "http://failpoints.test"
    assert not coordinator.Settings.read(asked | named).failpoints_url
    assert refusal(coordinator.Settings, asked | {"ENV": "prod"}) == [
        "ITM_TOKEN_URL is ''; it should be an address, unless ENV is local"
    ]


def test_the_support_api_takes_an_account_of_its_own() -> None:
    """IT_SMB_USERNAME and IT_SMB_PASSWORD win over the coordinator's, and a downstream address loses its path."""
    beside = COORDINATOR | {"IT_COORDINATOR_BASE_URL": "http://coordinator.test", "smb-secret": "vault"}
    own = {"IT_SMB_USERNAME": "tester", "IT_SMB_PASSWORD": "own", "SMB_PORT": "4450"}

    assert coordinator_support.Settings.read(beside).account == Account("det", "vault", 445)
    assert coordinator_support.Settings.read(beside | own).account == Account("tester", "own", 4450)
    assert coordinator_support.Settings.read(beside).foi_api_url == "http://foi.test"
