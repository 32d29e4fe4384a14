"""The application as it is shipped, without a person's routes."""

from lambda_app.endpoints import ENDPOINTS, resources
from lambda_app.rest import health
from lambda_app.rest.application import Application

app = Application(ENDPOINTS, resources, title="plain", version="1")
app.include_router(health.router)
