"""The documentation page: Swagger UI, served from the application's own origin."""
