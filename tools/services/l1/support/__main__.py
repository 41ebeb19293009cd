"""`python -m services.l1.support --port N`: serve the support API on loopback."""

from __future__ import annotations

import sys

from services.l1.serving import run
from services.l1.support.app import app_from_environ

if __name__ == "__main__":
    sys.exit(run("services.l1.support", app_from_environ))
