"""What the image is made of."""

import pytest

from tests.e2e.tools import HARDENED, IMAGE, inspect, output

# The modules that each door imports, and for which of them there is no bytecode.
UNCOMPILED = """
import importlib, pathlib, sys
for name in ("lambda_app.__main__", "lambda_app.serve", "lambda_app.aws_lambda.http", "lambda_app.aws_lambda.runtime",
             "lambda_app.rest.server", "lambda_app.terminal.execution", "lambda_app.terminal.jsonl",
             "awslambdaric.__main__", "uvicorn.protocols.http.httptools_impl", "uvicorn.lifespan.on"):
    importlib.import_module(name)
for name, module in sorted(sys.modules.items()):
    cached = getattr(module.__spec__, "cached", None)
    if cached and not pathlib.Path(cached).exists():
        print(name)
"""


@pytest.fixture(scope="module")
def base() -> str:
    """Return the name of the base image."""
    name: str = inspect(IMAGE)["Config"]["Labels"]["org.opencontainers.image.base.name"]
    return name


@pytest.fixture(scope="module")
def added(base: str) -> list[str]:
    """Return the paths of the files that the image has over its base."""
    command = ("sh", "-c", "find / -xdev -type f -o -xdev -type l")
    ours, theirs = (
        set(output("docker", "run", "--rm", "--user", "0", name, *command).splitlines()) for name in (IMAGE, base)
    )
    return sorted(ours - theirs)


def test_the_two_targets_have_the_same_layers() -> None:
    assert inspect(IMAGE)["RootFS"] == inspect(f"{IMAGE}:lambda")["RootFS"]


def test_over_the_base_there_are_bytecode_then_dependencies_then_one_layer_of_the_application(base: str) -> None:
    history = ("docker", "history", "--format", "{{.Size}} {{.CreatedBy}}")
    lines = output(*history, IMAGE).splitlines()
    layers = [line for line in lines[: -len(output(*history, base).splitlines())] if not line.startswith("0B ")]
    assert len(layers) == 3
    assert inspect(IMAGE)["RootFS"]["Layers"][0] == inspect(base)["RootFS"]["Layers"][0]


def test_the_default_target_runs_as_nobody_and_the_one_for_lambda_as_whom_lambda_chooses() -> None:
    assert inspect(IMAGE)["Config"]["User"] == "65534:65534"
    assert inspect(f"{IMAGE}:lambda")["Config"]["User"] == ""


def test_both_targets_have_a_default_command_and_no_entry_point(image: str) -> None:
    config = inspect(image)["Config"]
    assert (config["Cmd"], config["Entrypoint"]) == (["python", "-m", "lambda_app.serve"], None)


def test_the_labels_allow_snapstart_and_say_what_the_image_is(image: str, base: str) -> None:
    labels = inspect(image)["Config"]["Labels"]
    labels.pop("org.opencontainers.image.revision", None)  # only where it was built from a commit
    assert labels.pop("org.opencontainers.image.version")
    assert labels == {
        "com.amazonaws.lambda.feature.snapstart": "Allow",
        "org.opencontainers.image.title": "lambda_app",
        "org.opencontainers.image.description": (
            "One typed function behind three doors: AWS Lambda, REST and the terminal."
        ),
        "org.opencontainers.image.licenses": "MIT",
        "org.opencontainers.image.base.name": base,
    }


def test_the_image_is_at_most_60_megabytes_over_its_base(base: str) -> None:
    assert inspect(IMAGE)["Size"] - inspect(base)["Size"] <= 60_000_000


def test_the_image_adds_the_application_its_dependencies_and_bytecode_alone(added: list[str]) -> None:
    ours = ("/app/lambda_app/", "/usr/local/lib/python3.", "/usr/local/bin/")
    assert [
        path for path in added if not path.startswith(ours) and not (path.startswith("/usr/lib/") and ".pyc" in path)
    ] == []


@pytest.mark.parametrize(
    "part",
    ["/tests/", "/.cache/", "/pip/", "/poetry", "/requirements.txt", "/.git", "/.env", ".pem", ".key", ".pypirc"],
)
def test_the_image_adds_no(part: str, added: list[str]) -> None:
    assert [path for path in added if part in path] == []


def test_the_image_has_no_compiler_and_no_poetry() -> None:
    programs = "for program in cc gcc c++ g++ clang ld make poetry git; do command -v $program; done; true"
    assert output("docker", "run", "--rm", IMAGE, "sh", "-c", programs) == ""


def test_the_history_holds_no_secret_and_no_address() -> None:
    history = output("docker", "history", "--no-trunc", "--format", "{{.CreatedBy}}", IMAGE).lower()
    ours, _, _ = history.partition("compileall")
    assert [word for word in ("index_url", "password", "token", "secret", "://") if word in ours] == []


def test_everything_that_a_door_imports_has_bytecode(image: str) -> None:
    assert output("docker", "run", "--rm", *HARDENED, image, "python", "-c", UNCOMPILED) == ""


def found(image: str, conditions: str, user: str = "0") -> list[str]:
    """Return the files of an image that `find` finds for a user, who may not look into every folder."""
    command = f"find / -xdev {conditions} -print 2>/dev/null; true"
    return output("docker", "run", "--rm", "--user", user, image, "sh", "-c", command).splitlines()


def test_no_program_lends_the_powers_of_another_user(image: str) -> None:
    assert found(image, "-type f -perm /6000") == []


def test_nobody_can_write_anywhere_but_to_tmp(image: str) -> None:
    assert found(image, "! -type l -writable", user="65534") == ["/tmp"]  # noqa: S108 (in the container)


def test_there_is_no_pip_and_no_wheel_to_install_it_from(image: str) -> None:
    assert found(image, r"\( -name pip -o -name 'pip-*' -o -name 'pip[0-9]*' -o -name '*.whl' \)") == []
    assert output("docker", "run", "--rm", image, "sh", "-c", "command -v pip; true") == ""


def test_there_is_no_history_of_a_shell(image: str) -> None:
    assert found(image, "-name '.*_history'") == []


def test_the_image_runs_read_only_without_any_capability(image: str) -> None:
    options = ("--read-only", "--cap-drop", "ALL", "--user", "65534")
    code = "print(open('/proc/self/status').read())"
    status = output("docker", "run", "--rm", *options, image, "python", "-c", code)
    assert [line.split()[1] for line in status.splitlines() if line.startswith(("CapPrm", "CapEff", "CapBnd"))] == (
        ["0000000000000000"] * 3
    )
