"""L1: a help desk's first line walks a problem step by step, resolves it or hands it on.

Run it with `python -m services.l1 --port N`. The layers import downwards only:

    app.py, routes/, access.py     what HTTP sees: paths, bodies, who may call
    features/                      what the service does, one file a subject
    llm.py, database.py            what it reaches: the language model, PostgreSQL
    schemas/, tables.py            what travels, and what is stored
    errors, clock, settings, ...   what everybody uses

Beside it, as processes of their own: `stand_ins/llm.py` stands in for the language model, `support/` arranges and
observes the database for tests.
"""
