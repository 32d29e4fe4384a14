"""Seats in a theatre: a function that refuses in every way there is."""
