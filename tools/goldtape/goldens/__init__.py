"""The files that are kept, cassettes and snapshots: their names, their text, and how they change."""
