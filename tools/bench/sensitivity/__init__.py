"""How much a suite sees: `python -m bench.sensitivity SYSTEM`.

    wire    responses are changed at random on their way from the service to the client (`mutations`, `proxy`, `plugin`)
    code    the service is changed by the operators of a mutation library (`mutants`)

Each change is one mutant. The live suite has to go red; a mutant that it does not notice has survived, and is listed
until it is noticed or told to be equivalent, with the reason, in `survivors/SYSTEM.toml`. Runs are
seeded, and go on where they were broken off (`store`).
"""
