"""The live side: where requests go, the processes behind it, and the network guard."""
