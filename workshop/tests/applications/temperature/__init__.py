"""Temperatures: two endpoints, a `def` and an `async def`."""
