"""Imports that wait until they are needed, while a Lambda handler is imported (PEP 810, Python 3.15)."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The imports in these packages may wait. Imports in your own modules and in other libraries never do, because they may
# register something, and because a mistake in them has to show when the function starts.
_PACKAGES = {"anyio", "fastapi", "mangum", "opentelemetry", "pydantic", "starlette", *sys.stdlib_module_names}
_TEMPLATE = ("lambda_app.aws_lambda.", "lambda_app.contract.", "lambda_app.rest.")


def is_wanted() -> bool:
    """Tell whether somebody waits for this start.

    Where Lambda starts the function ahead of its first request, everything is imported ahead as well: for provisioned
    concurrency, before the snapshot of SnapStart, and before the workers of multi-concurrency are forked.
    """
    on_demand = os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand") == "on-demand"
    return on_demand and "AWS_LAMBDA_MAX_CONCURRENCY" not in os.environ


@contextmanager
def lazy_imports() -> Iterator[None]:
    """Let imports in this block wait for the first use of what they name, where they are wanted.

    That holds for imports in the template and in the libraries it is made of. Before Python 3.15, none waits.
    """
    interpreter: Any = sys  # for mypy, which knows the functions of Python 3.11
    if not (is_wanted() and hasattr(interpreter, "set_lazy_imports")):
        yield
        return
    mode, condition = interpreter.get_lazy_imports(), interpreter.get_lazy_imports_filter()
    interpreter.set_lazy_imports_filter(_may_wait)
    interpreter.set_lazy_imports("all")
    try:
        yield
    finally:
        interpreter.set_lazy_imports(mode)
        interpreter.set_lazy_imports_filter(condition)


def _may_wait(importing: str, _imported: str, _names: tuple[str, ...] | None) -> bool:
    """Tell whether an import may wait, by the module that contains it."""
    return importing.startswith(_TEMPLATE) or importing.partition(".")[0] in _PACKAGES
