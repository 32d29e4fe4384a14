"""The Lambda door of the tests' own function, for the runtime client: `awslambdaric tests.echo_lambda.handler`."""

from lambda_app.aws_lambda.http_handler import LambdaHandler
from tests.echo import app

handler = LambdaHandler(app)
