"""Serve on loopback: python -m services.l1 --port N"""

import sys

from services.l1.app import app_from
from services.serving import serve

if __name__ == "__main__":
    sys.exit(serve("services.l1", app_from))
