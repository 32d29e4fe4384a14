"""JSON values that look like events, for hypothesis."""

from hypothesis import strategies as st

from lambda_app.aws_lambda.sources import SOURCES

_json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
_keys = st.sampled_from(
    [
        *("message", "Records", "body", "requestContext", "eventSource", "EventSource", "messageId", "kinesis", "Sns"),
        *("detail", "detail-type", "source", "version", "httpMethod", "path", "headers", "http", "elb", "data"),
        *("method", "attributes", "eventSourceARN", "sequenceNumber", "multiValueHeaders", "isBase64Encoded", "stage"),
        "resource",
    ]
)
_words = st.sampled_from(
    [*SOURCES, "2.0", "1.0", "POST", "/process", "arn:aws:sqs:::q.fifo", '{"message": "a"}', "0", "/prod"]
)

EVENT_VALUES = st.recursive(
    _json_values | _words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys | st.text(), inner, max_size=6),
    max_leaves=20,
)
