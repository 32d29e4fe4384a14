"""What the settings of access may hold, and the line that refuses anything else."""

import os
from pathlib import Path

import pytest

from lambda_app.contract.access import Key
from lambda_app.contract.environment import SettingsError
from lambda_app.contract.key_hash import hashed
from lambda_app.settings import Settings

LIST = "API_KEYS must list keys, each as NAME:KEY or KEY, with commas or lines between them"
ON_AWS = {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}


def read(environment: dict[str, str]) -> Settings:
    return Settings.read({**os.environ, **environment})


def refusal(environment: dict[str, str]) -> str:
    """Return the line that refuses an environment.

    Without `pytest.raises`, whose result would be part of a cycle through pydantic's error, which is never collected.
    """
    try:
        read(environment)
    except SettingsError as error:
        (line,) = str(error).splitlines()
        return line
    raise AssertionError("nothing is refused")


def key(name: str, text: str) -> Key:
    return Key(name, hashed(text.encode()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("abc", (key("key-1", "abc"),)),
        ("billing:abc", (key("billing", "abc"),)),
        ("billing:abc, billing:def", (key("billing", "abc"), key("billing", "def"))),
        ("abc\nship-ping:d+/=\n", (key("key-1", "abc"), key("ship-ping", "d+/="))),
        ("abc,\r\n,def", (key("key-1", "abc"), key("key-2", "def"))),
        ("a@b.example:-._~", (key("a@b.example", "-._~"),)),
    ],
)
def test_keys_are_listed_with_or_without_names(text: str, expected: tuple[Key, ...], tmp_path: Path) -> None:
    assert read({"API_KEYS": text}).api_keys == expected
    if text:
        file = tmp_path / "keys"
        file.write_bytes(b"\xef\xbb\xbf" + text.encode())
        assert read({"API_KEYS_FILE": str(file)}).api_keys_file == expected


def test_a_setting_shows_no_key() -> None:
    assert "s3cret" not in repr(read({"API_KEYS": "billing:s3cret"}))


@pytest.mark.parametrize(
    "text", ["a b", "schlüssel", "name:", ":key", "a:b:c", "na me:key", "a;b", "=", "x" * 65 + ":k", '"a"']
)
def test_a_malformed_list_of_keys_is_refused_without_a_word_of_it(text: str, tmp_path: Path) -> None:
    assert refusal({"API_KEYS": text}) == LIST
    file = tmp_path / "list"
    file.write_text(text)
    assert refusal({"API_KEYS_FILE": str(file)}) == LIST.replace("API_KEYS", "API_KEYS_FILE")


@pytest.mark.parametrize("text", [" ", ",,", "\n\n", " , "])
def test_a_list_without_a_key_is_refused(text: str) -> None:
    assert refusal({"API_KEYS": text}) == "API_KEYS must hold a key"


def test_a_file_that_holds_no_key_or_cannot_be_read_is_refused(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.touch()
    binary.write_bytes(b"\xff\xfe")
    for path, expected in (
        (empty, "must hold a key"),
        (binary, LIST.removeprefix("API_KEYS ")),
        (tmp_path / "missing", "must be a file that can be read: No such file or directory"),
        (tmp_path, "must be a file that can be read: Is a directory"),
    ):
        assert refusal({"API_KEYS_FILE": str(path)}) == f"API_KEYS_FILE {expected}"


def test_keys_come_from_one_setting(tmp_path: Path) -> None:
    expected = "API_KEYS_FILE must be unset where API_KEYS is set"
    assert refusal({"API_KEYS": "abc", "API_KEYS_FILE": str(tmp_path)}) == expected


def test_a_secret_on_aws_that_is_empty_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambda_app.contract.secrets.Secrets.read", lambda _, arn: {"full": "billing:abc"}.get(arn, ""))
    assert read({"API_KEYS_ARN": "full"}).api_keys == (key("billing", "abc"),)
    assert refusal({"API_KEYS_ARN": "none"}) == "API_KEYS must hold a key"


def test_in_lambda_keys_need_public_access(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("abc")
    monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
    line = "must be unset in Lambda without PUBLIC_ACCESS: Authorization is AWS's signature there"
    for name, value in (("API_KEYS", "abc"), ("API_KEYS_FILE", str(tmp_path / "list"))):
        for access in ({}, {"PUBLIC_ACCESS": ""}, {"PUBLIC_ACCESS": "false"}):
            assert refusal({name: value, **access}) == f"{name} {line}"
        assert getattr(read({name: value, "PUBLIC_ACCESS": "true"}), name.lower()) == (key("key-1", "abc"),)
    assert read({"API_KEYS": ""}).api_keys == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ()),
        ("*", ("*",)),
        (" https://example.com , http://localhost:3000", ("https://example.com", "http://localhost:3000")),
    ],
)
def test_origins_are_listed_with_commas_between(text: str, expected: tuple[str, ...]) -> None:
    assert read({"CORS_ORIGINS": text}).cors_origins == expected


@pytest.mark.parametrize(
    "text",
    [
        " ",
        ",,",
        "example.com",
        "https://?",
        "https://example.com/",
        "https://Example.com",
        "*,https://a.example",
        "null",
    ],
)
def test_what_no_browser_sends_as_an_origin_is_refused(text: str) -> None:
    expected = "CORS_ORIGINS must list origins such as https://shop.example, with commas between them, or be *"
    assert refusal({"CORS_ORIGINS": text}) == expected


@pytest.mark.parametrize("text", ["*", "127.0.0.1", "10.0.0.0/8, ::1", "192.0.2.7,fd00::/8"])
def test_proxies_are_addresses_and_networks(text: str) -> None:
    assert read({"FORWARDED_ALLOW_IPS": text}).forwarded_allow_ips == text
    assert read({"FORWARDED_ALLOW_IPS": ""}).forwarded_allow_ips == "127.0.0.1,::1"


@pytest.mark.parametrize("text", ["proxy", "10.0.0.1/8", "10.0.0.0/33", " ", "*,10.0.0.1"])
def test_what_is_no_address_of_a_proxy_is_refused(text: str) -> None:
    expected = "must list addresses and networks such as 10.0.0.0/8, with commas between them, or be *"
    assert refusal({"FORWARDED_ALLOW_IPS": text}) == f"FORWARDED_ALLOW_IPS {expected}"
