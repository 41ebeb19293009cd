"""The bench: what replaying costs an interaction, Goldtape beside its rivals and beside the floor.

    uv run --with cassetter python -m bench              the table, and which promises are met, in a minute
    uv run --with cassetter python -m bench --full       with 100,000 interactions, in ten minutes
    uv run --with cassetter python -m bench --check      for CI: exit code 1 when a promise is broken
    uv run python -m bench --start                       what goldtape adds to the start of pytest

On a shared machine figures move, so they are compared within one run, and no test asserts them.
"""
