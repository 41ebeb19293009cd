"""The support API: what a test arranges and observes around the coordinator.

    python -m services.coordinator.support --port N

It can delete everything and has no authentication: it listens on loopback, and whoever runs the tests starts it.
Paths are relative, with forward slashes: `<remitter>/<file>` below the source root, or below the archive root
where a route takes `root=archive`.
"""
