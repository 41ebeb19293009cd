"""What the service does, one file a feature: first what travels, then the routes, then what these share.

A route commits once, before it answers; the helpers leave the commit to it. A file imports only from those before
it: tickets, categories, flows; accounts, sessions; walks, escalations, intake.
"""
