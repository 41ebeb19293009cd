"""The environment -> the store the service runs on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from services.curation.memory import MemoryStore
from services.curation.store import Store
from services.environment import FromEnvironment


class Settings(FromEnvironment):
    """Everything the service needs to know in any case."""

    curation_store: Literal["memory", "cosmos"] = "memory"


class CosmosSettings(FromEnvironment):
    """The account that keeps the items, when CURATION_STORE is cosmos."""

    cosmos_endpoint: str
    """the address of the Cosmos account that CURATION_STORE=cosmos needs"""
    cosmos_key: str = Field(repr=False)
    """the key of the Cosmos account that CURATION_STORE=cosmos needs"""


def store_from(environ: Mapping[str, str]) -> Store:
    """Return the store the environment asks for, not yet open.

    Raises:
        SettingsError: CURATION_STORE is unknown, or a variable that cosmos needs is missing or empty.
    """
    if Settings.read(environ).curation_store == "memory":
        return MemoryStore()
    # Imported here: the SDK takes longer to load than the rest of the service together.
    from services.curation.cosmos import CosmosStore

    account = CosmosSettings.read(environ)
    return CosmosStore(account.cosmos_endpoint, account.cosmos_key)
