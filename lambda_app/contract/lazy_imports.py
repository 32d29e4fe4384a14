"""Imports that wait until they are needed, while a process starts (PEP 810, Python 3.15)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# The imports in these packages may wait. Imports in your own modules and in other libraries never do, because they may
# register something, and because a mistake in them has to show when the process starts.
_PACKAGES = {
    *("anyio", "awslambdaric", "fastapi", "mangum", "opentelemetry", "pydantic", "starlette"),
    *sys.stdlib_module_names,
}
_TEMPLATE = ("lambda_app.aws_lambda.", "lambda_app.contract.", "lambda_app.rest.")


@contextmanager
def lazy_imports() -> Iterator[None]:
    """Let imports in this block wait for the first use of what they name.

    That holds for imports in the template and in the libraries it is made of. Before Python 3.15, none waits.
    """
    interpreter: Any = sys  # for mypy, which knows the functions of Python 3.11
    if not hasattr(interpreter, "set_lazy_imports"):
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
