"""Serve on loopback: python -m services.curation --port N"""

import sys

from services.curation.app import app_from
from services.serving import serve

if __name__ == "__main__":
    sys.exit(serve("services.curation", app_from))
