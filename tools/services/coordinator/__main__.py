"""Serve on loopback: python -m services.coordinator --port N"""

import sys

from services.coordinator.app import app_from
from services.serving import serve

if __name__ == "__main__":
    sys.exit(serve("services.coordinator", app_from))
