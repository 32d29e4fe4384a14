"""What the end-to-end tests of the template build."""

from tests.e2e.conftest import sam_build, template

__all__ = ["sam_build", "template"]
