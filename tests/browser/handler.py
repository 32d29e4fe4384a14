"""The Lambda handler of the application whose page is opened."""

from lambda_app.aws_lambda.http_handler import LambdaHandler
from tests.browser.application import app

handler = LambdaHandler(app)
