"""The image carries no `pydantic.v1`: FastAPI has to do without it."""

import subprocess
import sys

from processes import environment


def test_the_application_answers_where_pydantic_has_no_first_version() -> None:
    code = """if True:
        import sys
        sys.modules["pydantic.v1"] = None
        from starlette.testclient import TestClient
        from tests.echo import app
        with TestClient(app) as client:
            print(client.post("/process", json={"message": "a"}).text, client.get("/openapi.json").status_code)
    """
    ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=True)
    assert ended.stdout == b'{"message":"a"} 200\n'
