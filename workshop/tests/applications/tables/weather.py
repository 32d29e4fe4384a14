"""The table of `weather`, and a new database for it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

from workshop.tests.applications.application import Case, Subject, Variables, answers, invalid, refuses
from workshop.tests.applications.weather.process import Readings
from workshop.tests.applications.weather.settings import get_settings

NO_SUCH_STATION = {
    "type": "https://weather.example/problems/no-such-station",
    "title": "Not Found",
    "status": 404,
    "detail": "Nothing is known of Atlantis.",
}
TWO_DAYS = [{"day": "2027-01-04", "degrees": -12.5}, {"day": "2027-01-05", "degrees": 3}]
CORRECTED = [*TWO_DAYS, {"day": "2027-01-05", "degrees": 4.5}]

TABLE = [
    Case(
        "readings are kept",
        {"station": "Oslo", "readings": TWO_DAYS},
        answers(station="Oslo", days=2, lowest=-12.5, highest=3.0),
    ),
    Case("readings are found", {"station": "Tromsø"}, answers(station="Tromsø", days=1, lowest=-7.0, highest=-7.0)),
    Case(
        "a reading of the same day replaces another",
        {"station": "Bergen", "readings": CORRECTED},
        answers(station="Bergen", days=2, lowest=-12.5, highest=4.5),
    ),
    Case("nothing is known", {"station": "Atlantis"}, refuses("NoSuchStation", NO_SUCH_STATION)),
    Case(
        "too warm",
        {"station": "Oslo", "readings": [{"day": "2027-01-04", "degrees": 61}]},
        invalid(("#/readings/0/degrees", "less_than_equal")),
    ),
    Case(
        "nothing is kept of an invalid document",
        {"station": "Atlantis", "readings": [*TWO_DAYS, {"day": "2027-01-06"}]},
        invalid(("#/readings/2/degrees", "missing")),
    ),
    Case("nothing is known still", {"station": "Atlantis"}, refuses("NoSuchStation", NO_SUCH_STATION)),
]


@contextmanager
def new_database(folder: Path) -> Iterator[Variables]:
    """Provide the path of a database in which there is one reading."""
    path = folder / "weather.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        Readings(connection).record("Tromsø", date(2027, 1, 4), -7)
    get_settings.cache_clear()
    yield {"DATABASE": str(path)}


WEATHER = Subject("weather", "station", TABLE, new_database)
