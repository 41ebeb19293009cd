"""From captured interactions to canonical ones: addresses, secrets, races, placeholders."""
