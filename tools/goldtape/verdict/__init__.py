"""The verdict on a test: what differs from its goldens, in words, and the command that comes next."""

RECORD = "pytest --live --record-mode=rewrite"
"""The command that records again."""

JUDGE = "pytest --live --against=plan"
"""The command that judges running services by the plan alone."""
