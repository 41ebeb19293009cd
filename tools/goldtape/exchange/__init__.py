"""What travelled: an interaction as plain data, and how to walk it."""
