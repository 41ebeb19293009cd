"""L1: a help desk's first line walks a problem step by step, resolves it or hands it on.

The layers import downwards only:

    app.py                          puts the features together
    features/                       what the service does, a file a feature: bodies, routes and rules
    access.py                       who may call, and what a route is given
    llm.py, database.py             what it reaches: the language model, PostgreSQL
    tables.py, nodes.py             what is stored, and what is walked
    errors.py, fields.py, clock.py  what everybody uses, with settings, passwords, tokens and the log of warnings
    freedoms.py                     what it may do otherwise, as far as its plan goes
"""
