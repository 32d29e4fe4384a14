"""The FastAPI application of the bookings."""

from lambda_app.rest import health
from lambda_app.rest.application import Application
from workshop.tests.applications.booking.endpoints import ENDPOINTS, resources

app = Application(ENDPOINTS, resources, title="Tickets", version="1.0.0")
app.include_router(health.router)
