"""The FastAPI application of the conversions."""

from lambda_app.rest import health
from lambda_app.rest.application import Application
from workshop.tests.applications.exchange.endpoints import ENDPOINTS, resources

app = Application(ENDPOINTS, resources, title="Exchange", version="1.0.0")
app.include_router(health.router)
