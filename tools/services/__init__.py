"""The services a live run talks to when no deployment is named: a folder is a system, a file is what all share.

    python -m services.<system> --port N                    the service
    python -m services.<system>.support --port N            its support API, if its tests arrange or observe more
    python -m services.<system>.stand_ins.<name> --port N   what it calls, where nobody has the real one

Each of them is an `app_from(environ)` that `serving` serves. Its settings are a class of `environment`, what its
routes share is `state`, and a stand-in is a class of `stand_in`.
"""
