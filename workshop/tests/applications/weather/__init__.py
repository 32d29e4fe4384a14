"""Readings of weather stations, kept in a SQLite database: a resource that lives as long as the process."""
