"""`lambda_app.aws_lambda.http.handler`: a Lambda function for everything, HTTP through the application."""

from lambda_app.app import app
from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.aws_lambda.termination import close_at_end

handler = LambdaHandler(app)
close_at_end(handler.close)
