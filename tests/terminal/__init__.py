"""The tests of the terminal door."""
