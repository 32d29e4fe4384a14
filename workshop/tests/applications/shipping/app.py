"""The FastAPI application of the quotes."""

from lambda_app.rest import health
from lambda_app.rest.application import Application
from workshop.tests.applications.shipping.endpoints import ENDPOINTS, resources

app = Application(ENDPOINTS, resources, title="Shipping", version="1.0.0")
app.include_router(health.router)
