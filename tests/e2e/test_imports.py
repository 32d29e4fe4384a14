"""What a start costs in the image: the modules that each door imports there to answer once."""

import pytest

from tests.e2e.tools import HARDENED, IMAGE
from tests.test_imports import DOORS, imported


@pytest.mark.parametrize("name", DOORS)
def test_in_the_image_a_door_imports_only_what_an_answer_takes(name: str) -> None:
    door = DOORS[name]
    modules = imported(door.answer, "docker", "run", "--rm", *HARDENED, IMAGE, "python")
    assert not modules & door.forbidden
    assert len(modules) <= door.ceiling
