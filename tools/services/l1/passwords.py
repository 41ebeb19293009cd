"""Passwords are stored as Argon2id hashes, and never compared as text."""

from __future__ import annotations

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

# OWASP's smallest recommended cost: 19 MiB, two passes, one lane; about 20 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


async def hash_password(password: str) -> str:
    """Hash in a thread, so that other requests go on meanwhile."""
    return await asyncio.to_thread(HASHER.hash, password)


async def is_password(stored_hash: str, password: str) -> bool:
    """Say whether the password fits; a stored value that is no hash fits nothing."""
    try:
        return await asyncio.to_thread(HASHER.verify, stored_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False
