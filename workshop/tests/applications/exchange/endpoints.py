"""The documents of a conversion, its endpoint, and the HTTP client that it needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Annotated

from httpx2 import AsyncClient
from pydantic import Field

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from lambda_app.contract.problem import Problem
from workshop.tests.applications.exchange.process import converted
from workshop.tests.applications.exchange.rates import Rates
from workshop.tests.applications.exchange.settings import get_settings

Currency = Annotated[str, Field(pattern="^[A-Z]{3}$")]


class ConvertRequest(Document):
    """An amount of money."""

    currency: Annotated[Currency, Field(description="The currency of the amount.", examples=["NOK"])]
    amount: Annotated[Decimal, Field(gt=0, description="How much.")]
    to: Annotated[Currency, Field(description="The currency to convert it to.")] = "EUR"


class ConvertResponse(Document):
    """The same amount in another currency."""

    currency: str
    amount: Decimal


class NoSuchCurrency(Problem):
    """There is no such currency."""

    status = 404


class RatesTooSlow(Problem):
    """The server of rates takes too long."""

    status = 504


@asynccontextmanager
async def resources() -> AsyncIterator[Rates]:
    """Open a client of the server of rates."""
    async with AsyncClient(base_url=get_settings().rates_url) as client:
        yield Rates(client)


async def convert(request: ConvertRequest, rates: Rates) -> ConvertResponse:
    """Convert money at today's rate."""
    try:
        async with asyncio.timeout(get_settings().rates_seconds):
            given, wanted = await asyncio.gather(rates.in_euros(request.currency), rates.in_euros(request.to))
    except TimeoutError:
        raise RatesTooSlow(detail="The rates are not to be had in time.") from None
    if given is None or wanted is None:
        unknown = request.currency if given is None else request.to
        raise NoSuchCurrency(detail=f"There is no currency {unknown}.", members={"currency": unknown})
    return ConvertResponse(currency=request.to, amount=converted(request.amount, given / wanted))


ENDPOINTS = {"convert": Endpoint(convert, refuses=[NoSuchCurrency, RatesTooSlow])}
