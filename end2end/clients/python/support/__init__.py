"""The real binary, and a person with a browser."""
