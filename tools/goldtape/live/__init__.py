"""The live side: where requests go, the processes behind it, and the network guard."""

NOT_HERE = "cannot be started here: "
"""How the reason of a skipped test says that its system lacks what it stands on."""
