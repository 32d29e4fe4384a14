"""What a start costs in the image: the modules that each door imports there to answer once."""

import pytest

from tests.e2e.tools import HARDENED, IMAGE
from tests.project.imports import PLAIN, Imports
from tests.project.test_imports import DOORS

# As in a test without the image: a person's own files may import what they need.
MOUNTED = [word for path in PLAIN for word in ("--volume", f"{path}:/app/lambda_app/{path.name}:ro")]


@pytest.mark.parametrize("name", DOORS)
def test_in_the_image_a_door_imports_only_what_an_answer_takes(name: str) -> None:
    door = DOORS[name]
    imports = Imports.of(door.statement, "docker", "run", "--rm", *HARDENED, *MOUNTED, IMAGE, "python")
    assert imports.excess(door.forbidden, door.ceiling) == []
