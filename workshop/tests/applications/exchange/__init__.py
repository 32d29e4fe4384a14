"""Money in another currency, at the rates of a server: an `async def` endpoint with an HTTP client."""
