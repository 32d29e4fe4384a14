"""The documents of a reading, its endpoint, and the database that it needs."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from typing import Annotated

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import Problem
from workshop.tests.applications.weather.process import Readings
from workshop.tests.applications.weather.settings import get_settings


class NoSuchStation(Problem):
    """Nothing is known of this station."""

    status = 404
    type = "https://weather.example/problems/no-such-station"


class Reading(Document):
    """How warm it was on a day."""

    day: date
    degrees: Annotated[float, Field(ge=-90, le=60)]


class StationRequest(Document):
    """A question about a station, and readings to be kept before it is answered."""

    station: Annotated[str, Field(min_length=1, description="The name of the station.")]
    readings: Annotated[list[Reading], Field(description="Readings to keep.", default_factory=list)]


class StationResponse(Document):
    """What is known of a station."""

    station: str
    days: int
    lowest: float
    highest: float


@contextmanager
def resources() -> Iterator[Readings]:
    """Open the database."""
    # A `def` endpoint is called from several threads of the REST server; Readings lets one in at a time.
    with closing(sqlite3.connect(get_settings().database, check_same_thread=False)) as connection:
        yield Readings(connection)


def ask_station(request: StationRequest, readings: Readings) -> StationResponse:
    """Keep readings of a station, and tell what is known of it."""
    for reading in request.readings:
        readings.record(request.station, reading.day, reading.degrees)
    found = readings.summary(request.station)
    if found is None:
        raise NoSuchStation(detail=f"Nothing is known of {request.station}.")
    return StationResponse(station=request.station, days=found.days, lowest=found.lowest, highest=found.highest)


ENDPOINTS = {"station": Endpoint(ask_station, refuses=[NoSuchStation])}
