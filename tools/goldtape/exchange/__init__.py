"""An exchange over HTTP as plain data, and how to read and change it."""
