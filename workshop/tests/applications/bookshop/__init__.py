"""A bookshop: one endpoint, and everything that FastAPI documents around it."""
