"""The cassettes at work under vcrpy: one captures, one plays."""
