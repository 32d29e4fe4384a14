"""`python -m lambda_app`, and the console script `lambda-app`: where the endpoints meet the terminal."""

import sys

try:
    from lambda_app.terminal import signals
except (KeyboardInterrupt, RuntimeError):  # Ctrl-C, which Python 3.11 wraps where it comes while a class is made
    raise SystemExit(130) from None

TYPE_CHECKING = False  # as in `lambda_app.terminal.signals`
if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambda_app.contract.endpoint import Endpoint
    from lambda_app.contract.life import Resources


def main() -> int:
    """Run the command for the process's arguments, and return its exit status."""
    signals.end_at_once()
    from lambda_app.terminal import command  # noqa: PLC0415 (a signal may come while it is imported)

    return command.main(sys.argv[1:], load)


def load() -> "tuple[Mapping[str, Endpoint], Resources | None]":
    """Return the endpoints by name, and what opens their resources."""
    from lambda_app.endpoints import ENDPOINTS, resources  # noqa: PLC0415 (--version needs neither)

    return ENDPOINTS, resources


if __name__ == "__main__":
    raise SystemExit(main())
