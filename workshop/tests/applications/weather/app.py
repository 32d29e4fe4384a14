"""The FastAPI application of the weather stations."""

from lambda_app.rest import health
from lambda_app.rest.application import Application
from workshop.tests.applications.weather.endpoints import ENDPOINTS, resources

app = Application(ENDPOINTS, resources, title="Weather", version="1.0.0")
app.include_router(health.router)
