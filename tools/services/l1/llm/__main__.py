"""`python -m services.l1.llm --port N`: serve the stand-in model on loopback."""

from __future__ import annotations

import sys

from services.l1.llm.app import create_app
from services.l1.serving import run

if __name__ == "__main__":
    sys.exit(run("services.l1.llm", lambda _: create_app()))
