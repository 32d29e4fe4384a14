"""The template's own settings. Yours are in `lambda_app/settings.py`."""

from typing import Annotated

from pydantic import Field

from lambda_app.contract.environment import Environment


class TemplateSettings(Environment):
    """The settings of the doors."""

    endpoint: Annotated[str, Field(description="Which endpoint answers Lambda events that are not HTTP")] = ""
    max_body_bytes: Annotated[int, Field(ge=1, le=1_073_741_824, description="Bytes of one input")] = 1_048_576
    process_threads: Annotated[int, Field(ge=1, le=1000, description="Threads for `def` functions, in REST")] = 16
    batch_margin_ms: Annotated[
        int, Field(ge=0, le=900_000, description="Milliseconds before a Lambda deadline at which a batch stops")
    ] = 1000
    host: Annotated[str, Field(description="Address that the REST server listens on")] = "0.0.0.0"  # noqa: S104 (a container that listens on loopback alone serves nobody)
    port: Annotated[int, Field(ge=1, le=65_535, description="Port that the REST server listens on")] = 8000
    web_concurrency: Annotated[int, Field(ge=1, le=1000, description="Processes of the REST server")] = 1
    shutdown_timeout: Annotated[
        int, Field(ge=1, le=3600, description="Seconds to finish what is in flight after SIGTERM")
    ] = 8
