"""Serve on loopback: python -m services.l1.support --port N"""

import sys

from services.l1.support.app import app_from
from services.serving import serve

if __name__ == "__main__":
    sys.exit(serve("services.l1.support", app_from))
