"""Readings of weather stations, in a SQLite database."""

import sqlite3
from datetime import date
from threading import Lock
from typing import NamedTuple

SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS reading (
    station TEXT NOT NULL, day TEXT NOT NULL, degrees REAL NOT NULL, PRIMARY KEY (station, day)
) STRICT;
"""


class Summary(NamedTuple):
    """What is known of a station."""

    days: int
    lowest: float
    highest: float


class Readings:
    """The readings of all stations. Safe to use from several threads at once."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.lock = Lock()
        connection.executescript(SCHEMA)

    def record(self, station: str, day: date, degrees: float) -> None:
        """Keep the reading of a day, in place of an earlier one."""
        with self.lock, self.connection:
            self.connection.execute("REPLACE INTO reading VALUES (?, ?, ?)", (station, day.isoformat(), degrees))

    def summary(self, station: str) -> Summary | None:
        """Return what is known of a station, or None where nothing is."""
        query = "SELECT count(*), min(degrees), max(degrees) FROM reading WHERE station = ?"
        with self.lock:
            found = Summary(*self.connection.execute(query, (station,)).fetchone())
        return found if found.days else None
