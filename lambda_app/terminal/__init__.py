"""The terminal door: a command, made from the request documents of the endpoints."""
