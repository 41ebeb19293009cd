"""The environment -> the store the service runs on.

CURATION_STORE    memory (the default) or cosmos
COSMOS_ENDPOINT   address of the Cosmos account, for cosmos
COSMOS_KEY        its key, for cosmos
"""

from __future__ import annotations

from collections.abc import Mapping

from services.curation.memory import MemoryStore
from services.curation.store import Store


class SettingsError(Exception):
    """A variable is missing or has no meaning; the message names it."""


def store_from(environ: Mapping[str, str]) -> Store:
    """Return the store the environment asks for, not yet open.

    Raises:
        SettingsError: CURATION_STORE is unknown, or a variable that cosmos needs is missing or empty.
    """
    name = environ.get("CURATION_STORE") or "memory"
    if name == "memory":
        return MemoryStore()
    if name == "cosmos":
        # Imported here: the SDK takes longer to load than the rest of the service together.
        from services.curation.cosmos import CosmosStore

        return CosmosStore(_required(environ, "COSMOS_ENDPOINT"), _required(environ, "COSMOS_KEY"))
    raise SettingsError(f"CURATION_STORE is {name!r}; use memory or cosmos")


def _required(environ: Mapping[str, str], name: str) -> str:
    if value := environ.get(name):
        return value
    raise SettingsError(f"{name} is not set; CURATION_STORE=cosmos needs it")
