"""A command on typer."""

from typing import Annotated

import typer
from process import process

MAX_LENGTH = 65_536


def show_version(value: bool) -> None:  # noqa: FBT001 (typer's callback)
    """Print the version and exit."""
    if value:
        print("0.1.0")
        raise typer.Exit


def main(
    message: Annotated[str, typer.Argument(help="The message to process.")],
    _version: Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True)] = False,  # noqa: FBT002
) -> None:
    """Process a message."""
    if not 1 <= len(message) <= MAX_LENGTH:
        raise typer.BadParameter("the message must have 1 to 65536 characters")
    print(process(message))


if __name__ == "__main__":
    typer.run(main)
