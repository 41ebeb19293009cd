"""The services a live run talks to when no deployment is named."""
