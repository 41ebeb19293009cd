"""Starts what the local services stand on."""
