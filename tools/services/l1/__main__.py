"""`python -m services.l1 --port N`: serve the L1 API on loopback."""

from __future__ import annotations

import sys

from services.l1.app import app_from_environ
from services.l1.serving import run

if __name__ == "__main__":
    sys.exit(run("services.l1", app_from_environ))
