"""Ground-truth curation: import items, hand them out to curators, take their decisions."""
