"""The support API: what a test arranges and observes in the service's database and in its stand-in model.

Run it beside the service with `python -m services.l1.support --port N`. It has no authentication and can
delete everything, so it listens on loopback only and is started by whoever runs the tests.
"""
