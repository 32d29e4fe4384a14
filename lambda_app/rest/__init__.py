"""The REST door: what an application on FastAPI takes to keep the contract, and the server in front of it."""
