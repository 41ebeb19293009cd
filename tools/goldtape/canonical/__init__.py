"""From what was captured to what may be kept: secrets, placeholders, races."""
