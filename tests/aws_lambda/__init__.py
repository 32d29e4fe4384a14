"""The Lambda door."""
