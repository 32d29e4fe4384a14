"""The Lambda handler of an application: `awslambdaric workshop.tests.applications.handler.handler`."""

import atexit
import os

from lambda_app.aws_lambda.http_handler import LambdaHandler
from workshop.tests.applications.loading import module

handler = LambdaHandler(module(os.environ["APPLICATION"], "app").app)
atexit.register(handler.close)
