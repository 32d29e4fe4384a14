"""The template's own settings. Yours are in `lambda_app/settings.py`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from lambda_app.contract.access import Keys, keys_in, keys_in_file, origins_in, proxies_in
from lambda_app.contract.environment import Environment


class TemplateSettings(Environment):
    """The settings of the doors."""

    endpoint: Annotated[str, Field(description="Which endpoint answers Lambda events that are not HTTP")] = ""
    max_body_bytes: Annotated[int, Field(ge=1, le=1_073_741_824, description="Bytes of one input")] = 1_048_576
    max_containers: Annotated[int, Field(ge=64, le=16_777_216, description="Arrays and objects in one document")] = (
        65_536
    )
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
    drain_seconds: Annotated[
        int, Field(ge=0, le=3600, description="Seconds of service after SIGTERM, in which /ready is 503")
    ] = 0
    log_level: Annotated[
        Annotated[Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(str.lower)] | None,
        Field(description="The lowest level that is logged; unset: info, and in Lambda what AWS is told"),
    ] = None
    log_format: Annotated[
        Literal["json", "text"] | None,
        Field(description="The REST server's log; unset: text where standard error is a terminal, else json"),
    ] = None
    max_connections: Annotated[
        int, Field(ge=1, le=65_536, description="Connections to a process of the REST server at once")
    ] = 512
    max_requests: Annotated[
        int,
        Field(ge=1, le=65_536, description="Requests in a process of the REST server at once, waiting ones included"),
    ] = 256
    request_timeout: Annotated[
        int, Field(ge=1, le=86_400, description="Seconds until the REST server's response has to start")
    ] = 60
    max_header_bytes: Annotated[
        int, Field(ge=1024, le=1_048_576, description="Bytes of a request line and its header fields")
    ] = 65_536
    max_headers: Annotated[int, Field(ge=1, le=10_000, description="Header fields of one request")] = 100
    header_timeout: Annotated[
        int, Field(ge=1, le=3600, description="Seconds until the header fields of a request are whole")
    ] = 10
    body_timeout: Annotated[int, Field(ge=1, le=3600, description="Seconds to wait for more of a body")] = 10
    min_body_rate: Annotated[int, Field(ge=0, le=1_048_576, description="Bytes a second of a body, on average")] = 1024
    write_timeout: Annotated[
        int, Field(ge=1, le=3600, description="Seconds to wait for a client that takes nothing of its response")
    ] = 10
    keep_alive_timeout: Annotated[
        int, Field(ge=1, le=3600, description="Seconds to wait for the next request on a connection")
    ] = 5
    # Before the keys, whose validators ask for it.
    public_access: Annotated[
        bool, Field(description="Whether AWS lets everyone call the Lambda function, and keys may decide instead")
    ] = False
    api_keys: Annotated[
        Keys, PlainValidator(keys_in), Field(description="Keys that clients of the HTTP doors send, each with a name")
    ] = ()
    api_keys_file: Annotated[
        Keys, PlainValidator(keys_in_file), Field(description="File that holds such keys, where API_KEYS is not set")
    ] = ()
    cors_origins: Annotated[
        tuple[str, ...], PlainValidator(origins_in), Field(description="Origins whose pages may call the HTTP doors")
    ] = ()
    forwarded_allow_ips: Annotated[
        str,
        AfterValidator(proxies_in),
        Field(description="Proxies whose X-Forwarded-For and X-Forwarded-Proto the REST server believes"),
    ] = "127.0.0.1,::1"
    docs: Annotated[bool, Field(description="Whether /docs, what it needs, and the redirect to it are there")] = True
