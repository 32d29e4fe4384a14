"""Every door gives the same message for an input, or refuses it with the same codes and pointers."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from processes import LambdaRuntime, RestServer, terminal
from starlette.testclient import TestClient

from lambda_app.aws_lambda.http_handler import LambdaHandler
from lambda_app.aws_lambda.kinds import UnsupportedEvent
from lambda_app.contract.problem import Problem
from lambda_app.terminal.command import main
from tests.echo import load
from tests.events import HTTP, event, failures, http_event, kinesis, sns, sqs
from tests.terminal.tools import tells

pytestmark = pytest.mark.unmeasured


class Outcome(NamedTuple):
    """What a door makes of an input: a message, or the pointers and codes of a refusal."""

    message: str | None = None
    status: int = 200
    errors: tuple[tuple[str, str], ...] = ()


class Case(NamedTuple):
    """An input, as JSON; where it is an ordinary message, the text is what the terminal takes as its argument."""

    name: str
    body: bytes
    expected: Outcome
    text: str | bytes | None = None
    # What Lambda's runtime client refuses before the function sees it, with an error of its own.
    runtime_refuses: bool = False
    # Not an object: no direct invocation.
    unsupported: bool = False
    # With a line feed inside, a document is more than one line of JSON Lines.
    one_line: bool = True


def answered(name: str, message: str) -> Case:
    return Case(name, json.dumps({"message": message}).encode(), Outcome(message), text=message)


def refused(name: str, body: bytes, *errors: tuple[str, str], **facts: Any) -> Case:
    return Case(name, body, Outcome(None, 422, errors), **facts)


def failed(name: str, message: str, status: int) -> Case:
    """Return a case in which the function itself refuses (409), or raises (500)."""
    return Case(name, json.dumps({"message": message}).encode(), Outcome(None, status), text=message)


def out_of_bounds(name: str, status: int, containers: bytes, **facts: Any) -> Case:
    """Return a case that is refused for the number or the nesting of its arrays."""
    return Case(name, b'{"message": ' + containers + b"}", Outcome(None, status), **facts)


def no_json(name: str, body: bytes, **facts: Any) -> Case:
    return Case(name, body, Outcome(None, 400, (("#", "json_invalid"),)), **{"runtime_refuses": True, **facts})


MISSING = ("#/message", "missing")
WRONG_TYPE = ("#/message", "string_type")
TABLE = [
    answered("ordinary", "hello"),
    answered("unicode", "Grüße, Δ, 漢字"),
    answered("right to left", "\u05e9\u05dc\u05d5\u05dd \u202e\u0645\u0631\u062d\u0628\u0627"),
    answered("emoji", "👋🏽 👩‍👩‍👧"),
    answered("65,536 characters", "x" * 65_536),
    answered("white space only", " \t "),
    answered("line feeds", "a\nb\n"),
    answered("control characters", "\x01\x1b[31m\x7f"),
    answered("quotes and backslashes", "\"'\\n"),
    answered("brackets", '[{"' * 20_000 + "\\"),
    answered("no numbers", 'NaN, "Infinity", -Infinity\\'),
    answered("like an option", "--json"),
    answered("like a command", "run"),
    # An argument of a process cannot hold NUL: the text is absent.
    Case("NUL", b'{"message": "a\\u0000b"}', Outcome("a\0b")),
    Case("byte order mark", b'\xef\xbb\xbf{"message": "a"}', Outcome("a")),
    Case("duplicate keys", b'{"message": 1, "message": "last"}', Outcome("last")),
    Case("spread over lines", b'{\r\n  "message":\r\n  "hello"\r\n}\r\n', Outcome("hello"), one_line=False),
    refused("65,537 characters", json.dumps({"message": "x" * 65_537}).encode(), ("#/message", "string_too_long")),
    refused("empty message", b'{"message": ""}', ("#/message", "string_too_short"), text=""),
    refused("missing field", b"{}", MISSING),
    refused("unknown field", b'{"message": "a", "other": 1}', ("#/other", "extra_forbidden")),
    refused("typo", b'{"messages": "a"}', MISSING, ("#/messages", "extra_forbidden")),
    refused("null message", b'{"message": null}', WRONG_TYPE),
    refused("number as message", b'{"message": 1}', WRONG_TYPE),
    refused("list as message", b'{"message": ["a"]}', WRONG_TYPE),
    refused("null", b"null", ("#", "model_type"), unsupported=True),
    refused("list", b'[{"message": "a"}]', ("#", "model_type"), unsupported=True),
    refused("number", b"1", ("#", "model_type"), unsupported=True),
    refused("string", b'"hello"', ("#", "model_type"), unsupported=True),
    refused("a number beyond the largest float", b'{"message": 1e999}', WRONG_TYPE),
    refused("a number beyond the smallest float", b'{"message": [-1e999]}', WRONG_TYPE),
    refused("nesting of 64", b'{"message": ' + b"[" * 63 + b"]" * 63 + b"}", WRONG_TYPE),
    refused("65,536 arrays and objects", b'{"message": [' + b",".join([b"[]"] * 65_534) + b"]}", WRONG_TYPE),
    refused(
        "60,000 unknown fields",
        json.dumps({"message": "a"} | {f"k{number}": 1 for number in range(60_000)}).encode(),
        *((f"#/k{number}", "extra_forbidden") for number in range(20)),
    ),
    refused(
        "unknown name that needs escapes",
        b'{"message": "a", "~/ %\\u00e9\\n": 1}',
        ("#/~0~1%20%25%C3%A9%0A", "extra_forbidden"),
    ),
    refused(
        "unknown name of 100 characters",
        json.dumps({"message": "a", "k" * 100: 1}).encode(),
        (f"#/{'k' * 64}", "extra_forbidden"),
    ),
    failed("refusal of the function", "refuse", 409),
    failed("failure of the function", "raise", 500),
    failed("exit of the function", "exit", 500),
    no_json("empty body", b""),
    no_json("not JSON", b"hello"),
    no_json("unfinished JSON", b'{"message": "a"'),
    no_json("JSON and more", b'{"message": "a"} {}'),
    no_json("bad UTF-8", b'{"message": "\xff"}', text=b"\xff"),
    no_json("a surrogate in UTF-8", b'{"message": "\xed\xa0\x80"}', text=b"\xed\xa0\x80"),
    no_json("UTF-16", '{"message": "a"}'.encode("utf-16")),
    # Python's JSON decoder takes lone surrogates: they reach the function, and are refused there.
    no_json("lone surrogate as value", b'{"message": "\\ud800"}', runtime_refuses=False),
    no_json("lone surrogate as key", b'{"\\udfff": 1}', runtime_refuses=False),
    no_json("NaN", b'{"message": NaN}'),
    no_json("Infinity", b'{"message": [1, -Infinity]}'),
    no_json("integer of 5,000 digits", b'{"message": ' + b"9" * 5000 + b"}"),
    # Python's decoder goes deeper than the reader, though not as deep as this.
    out_of_bounds("nesting of 60,000", 400, b"[" * 60_000 + b"]" * 60_000, runtime_refuses=True),
    out_of_bounds("nesting of 300", 400, b"[" * 299 + b"]" * 299),
    out_of_bounds("nesting of 65", 400, b"[" * 64 + b"]" * 64),
    out_of_bounds("65,537 arrays and objects", 413, b"[" + b",".join([b"[]"] * 65_535) + b"]"),
]
EVERY_CASE = pytest.mark.parametrize("case", TABLE, ids=[case.name for case in TABLE])


def problem_outcome(problem: dict[str, Any]) -> Outcome:
    errors = tuple((error["pointer"], error["code"]) for error in problem.get("errors", ()))
    return Outcome(None, problem["status"], errors)


def http_outcome(status: int, content_type: str, body: str | bytes) -> Outcome:
    document = json.loads(body)
    if status == 200:
        assert content_type == "application/json"
        return Outcome(document["message"])
    assert content_type == "application/problem+json"
    assert document["status"] == status
    return problem_outcome(document)


def line_outcome(line: str | bytes) -> Outcome:
    document = json.loads(line)
    return problem_outcome(document) if "status" in document else Outcome(document["message"])


def lambda_http_outcome(answer: Any) -> Outcome:
    assert answer["isBase64Encoded"] is False
    headers = answer.get("headers") or {name: value for name, (value,) in answer["multiValueHeaders"].items()}
    return http_outcome(answer["statusCode"], headers["content-type"], answer["body"])


def called(call: Callable[[Any, None], Any], argument: object) -> Outcome:
    try:
        return Outcome(call(argument, None)["message"])
    except Problem as error:
        return problem_outcome(json.loads(str(error)))


@pytest.mark.parametrize("path", ["/process", "/own"])
@EVERY_CASE
def test_rest_gives_the_expected_outcome_on_a_route_of_one_s_own_too(case: Case, path: str, rest: TestClient) -> None:
    answer = rest.post(path, content=case.body, headers={"content-type": "application/json"})
    assert http_outcome(answer.status_code, answer.headers["content-type"], answer.content) == case.expected


@pytest.mark.parametrize("source", HTTP)
@EVERY_CASE
def test_an_http_event_gives_the_same(case: Case, source: str, handler: LambdaHandler) -> None:
    assert lambda_http_outcome(handler(http_event(source, case.body), None)) == case.expected


@EVERY_CASE
def test_a_bare_body_gives_the_same(case: Case, handler: LambdaHandler) -> None:
    whole = http_event("http_api", case.body)
    bare = {name: whole[name] for name in ("body", "isBase64Encoded")}
    assert lambda_http_outcome(handler(bare, None)) == case.expected


@EVERY_CASE
def test_a_direct_invocation_gives_the_same(case: Case, handler: LambdaHandler) -> None:
    if case.unsupported:
        with pytest.raises(UnsupportedEvent):
            handler(json.loads(case.body), None)
    elif not case.runtime_refuses:
        assert called(handler, json.loads(case.body)) == case.expected


@EVERY_CASE
def test_eventbridge_gives_the_same(case: Case, handler: LambdaHandler) -> None:
    if not case.runtime_refuses:
        assert called(handler, event("eventbridge", detail=json.loads(case.body))) == case.expected


@EVERY_CASE
def test_sns_gives_the_same(case: Case, handler: LambdaHandler) -> None:
    # SNS and SQS carry text: bytes that are none arrive as what stands for them.
    assert called(handler, sns(case.body.decode(errors="surrogateescape"))) == case.expected


@EVERY_CASE
def test_sqs_reports_what_the_others_refuse(
    case: Case, handler: LambdaHandler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert handler(sqs(case.body.decode(errors="surrogateescape")), None) == reported(case)
    assert_logged(case, caplog)


@EVERY_CASE
def test_kinesis_reports_what_the_others_refuse(
    case: Case, handler: LambdaHandler, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    assert handler(kinesis(case.body), None) == reported(case)
    assert_logged(case, caplog)


def reported(case: Case) -> dict[str, Any]:
    return failures() if case.expected.status == 200 else failures(0)


def assert_logged(case: Case, caplog: pytest.LogCaptureFixture) -> None:
    logged = [f"{pointer}: {code}" for pointer, code in case.expected.errors]
    line = caplog.text
    assert all(error in line for error in logged)
    assert bool(line) == (case.expected.status != 200)


def test_a_batch_gives_the_same_line_by_line(rest: TestClient) -> None:
    # The 60,000 unknown fields and the longest messages would together pass the limit of one body.
    cases = [case for case in TABLE if case.one_line and len(case.body) < 100_000]
    body = b"".join(case.body + b"\n" for case in cases)
    answer = rest.post("/process/batch", content=body, headers={"content-type": "application/jsonl"})
    assert [line_outcome(line) for line in answer.text.splitlines()] == [case.expected for case in cases]
    assert answer.status_code == 200


@pytest.fixture(scope="module")
def rest_process() -> Iterator[RestServer]:
    with RestServer("-m", "uvicorn", "--port", "PORT", "tests.echo:app") as server:
        yield server


@pytest.fixture(scope="module")
def runtime() -> Iterator[LambdaRuntime]:
    with LambdaRuntime("tests.echo_lambda.handler") as client:
        yield client


@EVERY_CASE
def test_a_uvicorn_process_gives_the_same(case: Case, rest_process: RestServer) -> None:
    answer = rest_process.post(case.body, content_type="application/json")
    assert http_outcome(answer.status_code, answer.headers["content-type"], answer.content) == case.expected


@EVERY_CASE
def test_the_runtime_client_gives_the_same_for_an_http_event(case: Case, runtime: LambdaRuntime) -> None:
    kind, answer = runtime.invoke(http_event("function_url", case.body))
    assert kind == "response"
    assert lambda_http_outcome(answer) == case.expected


@EVERY_CASE
def test_the_runtime_client_gives_the_same_for_a_direct_invocation(case: Case, runtime: LambdaRuntime) -> None:
    kind, answer = runtime.invoke(case.body)
    if kind == "response":
        assert Outcome(answer["message"]) == case.expected
    elif case.runtime_refuses:
        assert answer["errorType"] == "Runtime.UnmarshalError"
    elif case.unsupported:
        assert answer["errorType"] == "UnsupportedEvent"
    else:
        names = {409: "Unwelcome", 500: "ProcessingFailed"}
        assert answer["errorType"] == names.get(case.expected.status, "InvalidInput")
        assert problem_outcome(json.loads(answer["errorMessage"])) == case.expected


TYPED = [case for case in TABLE if case.text is not None]
SAID = {409: "Not this one.", 500: "the processing failed: Broken"}


@pytest.mark.parametrize("way", ["argument", "standard input"])
@pytest.mark.parametrize("case", TYPED, ids=lambda case: case.name)
def test_the_terminal_gives_the_same(
    case: Case, way: str, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert case.text is not None
    text = case.text.encode() if isinstance(case.text, str) else case.text
    given = text + b"\n" if way == "standard input" else b""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    arguments = ["--", text.decode(errors="surrogateescape")] if way == "argument" else []
    assert_typed(case, main(arguments, load), *capfdbinary.readouterr())


@pytest.mark.parametrize("name", ["unicode", "missing text", "bad UTF-8", "refusal of the function"])
def test_a_terminal_process_gives_the_same(name: str) -> None:
    for case in [case for case in TYPED if case.name == name]:
        assert case.text is not None
        text = case.text.encode() if isinstance(case.text, str) else case.text
        ended = terminal(["--", text], module="tests.echo")
        assert_typed(case, ended.returncode, ended.stdout, ended.stderr)


def assert_typed(case: Case, status: int, out: bytes, error: bytes) -> None:
    text = case.text.encode() if isinstance(case.text, str) else case.text
    if case.expected.message is not None:
        assert (status, out, error) == (0, text + b"\n" if text is not None else b"", b"")
        return
    assert (out, error.count(b"\n")) == (b"", 1)
    told = error.decode().removeprefix("lambda-app: error: ")
    if case.expected.errors:
        assert status == 2
        assert tells(told, (pointer for pointer, _ in case.expected.errors))
    else:
        assert status == 1
        assert told.startswith(SAID[case.expected.status].partition(":")[0])


def test_a_json_lines_process_gives_the_same() -> None:
    cases = [case for case in TABLE if case.one_line]
    ended = terminal(["--jsonl"], b"".join(case.body + b"\n" for case in cases), module="tests.echo")
    assert [line_outcome(line) for line in ended.stdout.decode().splitlines()] == [case.expected for case in cases]
    assert ended.returncode == 1
