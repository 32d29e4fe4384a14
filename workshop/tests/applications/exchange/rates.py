"""The client of the server of rates."""

from decimal import Decimal

from httpx2 import AsyncClient


class RatesError(Exception):
    """The server of rates answers with an error."""

    def __init__(self, status_code: int) -> None:
        super().__init__(f"the server of rates answers {status_code}")
        self.status_code = status_code


class Rates:
    """Asks for rates, over connections that it keeps."""

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def in_euros(self, currency: str) -> Decimal | None:
        """Return what one of a currency is worth in euros, or None where there is no such currency."""
        answer = await self.client.get(f"/rates/{currency}")
        if answer.status_code == 404:
            return None
        if answer.is_error:
            raise RatesError(answer.status_code)
        return Decimal(answer.json()["euros"])
