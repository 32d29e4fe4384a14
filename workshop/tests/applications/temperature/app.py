"""The FastAPI application of the temperatures."""

from lambda_app.rest import health
from lambda_app.rest.application import Application
from workshop.tests.applications.temperature.endpoints import ENDPOINTS, resources

app = Application(ENDPOINTS, resources, title="Temperature", version="1.0.0")
app.include_router(health.router)
