"""Serve on loopback: python -m services.coordinator.support --port N"""

import sys

from services.coordinator.support.app import app_from
from services.serving import serve

if __name__ == "__main__":
    sys.exit(serve("services.coordinator.support", app_from))
