"""The Lambda door of the tests' own function, for the runtime client: `awslambdaric tests.echo_lambda.handler`."""

from lambda_app.aws_lambda import LambdaHandler
from tests.echo import ECHO, app

handler = LambdaHandler(app, ECHO)
