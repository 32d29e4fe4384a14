"""Two endpoints and their documents."""

import asyncio
from typing import Annotated, Literal

from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.life import Resources
from workshop.tests.applications.temperature.process import mean, to_celsius, to_fahrenheit


class ConvertRequest(Document):
    """A temperature."""

    degrees: Annotated[float, Field(description="The temperature.")]
    scale: Annotated[Literal["celsius", "fahrenheit"], Field(description="The scale to convert it to.")] = "fahrenheit"


class ConvertResponse(Document):
    """A temperature on the other scale."""

    degrees: float


class AverageRequest(Document):
    """Some temperatures."""

    place: Annotated[str, Field(min_length=1, description="Where they were taken.")]
    readings: Annotated[list[float], Field(min_length=1, description="The temperatures.")]
    digits: Annotated[int, Field(ge=0, le=9, description="Digits behind the point.")] = 1


class AverageResponse(Document):
    """Their average."""

    place: str
    average: float


def convert(request: ConvertRequest) -> ConvertResponse:
    """Convert a temperature."""
    convert_to = to_celsius if request.scale == "celsius" else to_fahrenheit
    return ConvertResponse(degrees=round(convert_to(request.degrees), 2))


async def average(request: AverageRequest) -> AverageResponse:
    """Average temperatures."""
    await asyncio.sleep(0)
    return AverageResponse(place=request.place, average=round(mean(request.readings), request.digits))


resources: Resources | None = None

ENDPOINTS = {"convert": Endpoint(convert), "average": Endpoint(average)}
