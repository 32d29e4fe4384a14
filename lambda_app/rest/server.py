"""The REST server: uvicorn, in front of the application."""

import logging
import os
import sys

import uvicorn

from lambda_app.rest import log
from lambda_app.rest.descriptors import longest_backlog
from lambda_app.rest.protocol import BoundedProtocol
from lambda_app.settings import get_settings


def serve(application: str) -> None:
    """Serve HTTP on HOST and PORT. On SIGTERM, serve on for DRAIN_SECONDS, and finish within SHUTDOWN_TIMEOUT seconds.

    `application` is an import string, because each of the WEB_CONCURRENCY processes imports it. Raises SettingsError.
    """
    settings = get_settings()
    if not log.is_json():  # in which uvicorn says so
        sys.stderr.write(f"lambda_app: the REST API on http://{settings.host}:{settings.port}\n")
    uvicorn.run(
        application,
        http=BoundedProtocol,
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,
        backlog=longest_backlog(settings.max_connections),
        timeout_graceful_shutdown=settings.shutdown_timeout,
        log_config=log.config(),
        forwarded_allow_ips=settings.forwarded_allow_ips,
        server_header=False,
    )
    # uvicorn raises the signal again at the end, but that does not end process 1 of a container. A normal exit would
    # wait for the thread of a function that outlasts the timeout.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
