"""The bench: what replaying costs an interaction, Goldtape beside its rivals and beside the floor.

    uv run --with cassetter python -m bench                 the table, and which promises are met
    uv run python -m bench --sizes 100,1000                 in half a minute, without cassetter
    uv run python -m bench --profile                        where Goldtape's own time goes

Nothing here is a test: on a shared machine figures move, so they are compared within one run and never asserted.
"""
