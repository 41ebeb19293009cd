"""Stand-ins for what the coordinator calls: FOI, ITM and IQube, each with a call log and modes."""
