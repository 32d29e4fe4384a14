"""`lambda_app.aws_lambda.events.handler`: a Lambda function for direct invocations, queues, streams and notifications.

It takes what `lambda_app.aws_lambda.http.handler` takes, except HTTP, and imports no web framework.
"""

from lambda_app.aws_lambda.event_handler import EventHandler
from lambda_app.aws_lambda.termination import close_at_end
from lambda_app.contract.life import Life
from lambda_app.endpoints import ENDPOINTS, resources

handler = EventHandler(ENDPOINTS, Life(resources))
close_at_end(handler.close)
