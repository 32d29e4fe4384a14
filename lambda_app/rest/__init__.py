"""The REST door: a FastAPI application that keeps the contract, and the server in front of it."""
