"""Terminal: the command from start to end, started by a small program in the container, without Docker's own time."""

import json
import statistics
from functools import partial

from containers import build_ours, build_peer, run_inside
from rounds import Samples, interleave

BASELINE = "fastapi hello"
ANSWER = "The received message is: 'hello'"
ARGUMENTS = {"hello": ANSWER, "--help": "The message to process", "--version": "0.1.0"}
ROWS = {
    "argparse": "argparse",
    "pydantic": "argparse + pydantic",
    "typer": "typer",
    "fastapi": "argparse that imports the FastAPI app",
    "ours": "lambda_app",
}
TIMES = 3


def measure(rounds: int) -> Samples:
    """Measure every command with every argument."""
    ours, peers = build_ours(), build_peer("terminal")
    rows = {
        f"{name} {argument}": partial(command, ours, ["python", "-m", "lambda_app", argument], answer)
        if name == "ours"
        else partial(command, peers, ["python", f"with_{name}.py", argument], answer)
        for name in ROWS
        for argument, answer in ARGUMENTS.items()
    }
    return interleave(rows, rounds, "terminal")


def command(image: str, arguments: list[str], answer: str) -> dict[str, float]:
    """Return the seconds that a command takes."""
    # Once before, for what the page cache has to read of a new container.
    seconds = run_inside(image, "commands.py", str(TIMES + 1), json.dumps({"it": [arguments, answer]}))
    return {"seconds": statistics.median(seconds["it"][1:])}
