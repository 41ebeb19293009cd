"""The two cassettes that vcrpy works with: one captures, one plays."""
