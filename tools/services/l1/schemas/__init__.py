"""What travels: request and response bodies, one file a subject."""
