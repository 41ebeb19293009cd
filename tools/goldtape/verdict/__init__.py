"""What differs from the goldens, and how a person is told."""
