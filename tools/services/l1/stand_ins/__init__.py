"""A stand-in for the language model: the same endpoint, with answers that depend on the request alone.

Run it with `python -m services.l1.stand_ins.llm --port N`. It behaves like a model that must be checked: it names
every node `n1`, and a category whether or not it was offered.
"""
