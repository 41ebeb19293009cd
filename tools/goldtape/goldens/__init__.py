"""The golden files, cassettes and snapshots: their names, their text, and how they change."""
