"""Goldtape inside pytest."""
