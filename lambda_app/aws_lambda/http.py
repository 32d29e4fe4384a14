"""`lambda_app.aws_lambda.http.handler`: a Lambda function for everything, HTTP through the application."""

import atexit

from lambda_app.app import app
from lambda_app.aws_lambda.http_handler import LambdaHandler

handler = LambdaHandler(app)
atexit.register(handler.close)
