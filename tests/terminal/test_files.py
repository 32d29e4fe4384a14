"""`--file FIELD=PATH`: a field that is read from a file."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Base64Bytes, Base64UrlBytes, ConfigDict, Field
from typing_extensions import TypeAliasType

from lambda_app.contract.document import Document
from lambda_app.contract.endpoint import Endpoint
from tests.terminal.tools import Command, Ended, answering_with_its_request, document_of, refused

EVERY_BYTE = bytes(range(256)) + b"\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of files, in which the command runs."""
    files = {
        "text": "Grüße\n\n".encode(),
        "hyphen": b"-",
        "number": b"5\n",
        "document": b'{"a": 1}\n',
        "bytes": EVERY_BYTE,
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("argv", "changes"),
    [
        (["--file", "name=text"], {"name": "Grüße\n"}),
        (["--file=name=hyphen"], {"name": "-"}),
        (["-", "--file=name=text"], {"name": "Grüße\n"}),
        (["", "--file", "first_count=number"], {"first_count": 5}),
        (["", "--file", "first-count=number"], {"first_count": 5}),
        (["", "--file", "extra=document"], {"extra": {"a": 1}}),
        (["", "--file", "tags=number", "--file", "tags=hyphen", "--tags", "a"], {"tags": ["a", "5", "-"]}),
    ],
)
def test_a_file_holds_what_an_option_gives(argv: list[str], changes: dict[str, object], run: Command) -> None:
    defaults = {"name": "", "first_count": 1, "extra": {}, "tags": []}
    model = document_of(name=str, first_count=(int, 1), extra=(dict[str, int], {}), tags=(list[str], []))
    status, out, error = run(*argv, endpoint=answering_with_its_request(model))
    assert (status, json.loads(out), error) == (0, {**defaults, **changes}, "")


class Numbers(Document):
    numbers: list[list[int]]


def of_bytes(kind: object, bytes_are: Literal["utf8", "base64", "hex"] = "utf8") -> Endpoint:
    """Return an endpoint that answers with the bytes that it gets, each by its number."""
    model = document_of(ConfigDict(val_json_bytes=bytes_are), data=kind)

    def function(request: Document) -> Numbers:
        (data,) = dict(request).values()
        return Numbers(numbers=[list(each) for each in (data if isinstance(data, list) else [data])])

    function.__annotations__["request"] = model
    return Endpoint(function)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("kind", "bytes_are"),
    [
        (bytes, "base64"),
        (bytes, "hex"),
        (bytes | None, "base64"),
        (Annotated[bytes, Field(max_length=1000)], "base64"),
        (TypeAliasType("Data", bytes), "base64"),
        (Base64Bytes, "utf8"),
        (Base64UrlBytes, "utf8"),
        (Base64Bytes, "base64"),
        (TypeAliasType("Data", Base64Bytes) | None, "utf8"),
    ],
)
def test_the_function_gets_exactly_the_bytes_of_the_file(
    kind: object, bytes_are: Literal["utf8", "base64", "hex"], run: Command
) -> None:
    ended = run("--file", "data=bytes", endpoint=of_bytes(kind, bytes_are))
    assert ended == Ended(0, f"[{list(EVERY_BYTE)}]\n".replace(" ", ""), "")


@pytest.mark.usefixtures("folder")
def test_a_list_of_bytes_takes_several_files(run: Command) -> None:
    endpoint = of_bytes(list[bytes], "base64")
    ended = run("--file=data=hyphen", "--file=data=text", "--data", base64.b64encode(b"a").decode(), endpoint=endpoint)
    assert ended == Ended(0, f"[[97],[45],{list('Grüße'.encode())}\n".replace("]\n", ",10,10]]\n").replace(" ", ""), "")


@pytest.mark.usefixtures("folder")
def test_bytes_that_are_text_to_the_reader_are_taken_as_they_are(run: Command) -> None:
    assert run("--file", "data=hyphen", endpoint=of_bytes(bytes)) == Ended(0, "[[45]]\n", "")
    assert run("--file", "data=number", endpoint=of_bytes(bytes)) == Ended(0, "[[53,10]]\n", "")
    error = "argument --file: bytes is not UTF-8, and 'data' takes nothing else"
    assert run("--file", "data=bytes", endpoint=of_bytes(bytes)) == refused(error)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (["--file", "message"], "argument --file: 'message' is not FIELD=PATH"),
        (["--file", "mesage=text"], "argument --file: there is no field 'mesage'; did you mean message?"),
        (["--file", "x=text"], "argument --file: there is no field 'x'"),
        (["--file", "message=nowhere"], "nowhere cannot be read: No such file or directory"),
        (["--file", "message=."], ". cannot be read: Is a directory"),
        (["--file", "message="], "argument --file: 'message=' is not FIELD=PATH"),
        (["--file", "message=bytes"], "argument --file: bytes is not UTF-8, and 'message' takes nothing else"),
        (["hello", "--file", "message=text"], "the field 'message' is given twice"),
        (["--file", "message=text", "--file", "message=text"], "the field 'message' is given twice"),
        (["--file"], "argument --file: expected one argument"),
    ],
)
def test_a_file_that_gives_no_value_is_one_line_of_error(argv: list[str], error: str, run: Command) -> None:
    assert run(*argv) == refused(error)


def test_a_file_has_the_limit_of_every_input_and_is_read_no_further(
    run: Command, setting: Callable[[str, str], None], folder: Path
) -> None:
    setting("MAX_BODY_BYTES", "20")
    (folder / "short").write_bytes(b"x" * 6)
    (folder / "full").write_bytes(b"x" * 20)
    (folder / "long").write_bytes(b"x" * 21)
    assert run("--file", "message=short") == Ended(0, "xxxxxx\n", "")
    assert run("--file", "message=full") == refused("The input is larger than 20 bytes.")
    assert run("--file", "message=long") == refused("long is larger than 20 bytes")
    assert run("--file", "message=/dev/zero") == refused("/dev/zero is larger than 20 bytes")
