"""The files of Swagger UI in the package are the ones that `make docs-assets` takes out of it."""

import gzip
import re
from hashlib import sha256

from docs_assets import COMPRESSED, FOLDER, LICENSES


def test_the_files_are_those_of_the_package() -> None:
    version, *lines = (FOLDER / "SHA256SUMS").read_text().splitlines()
    assert re.fullmatch(r"# swagger-ui-dist-\d+\.\d+\.\d+: make docs-assets", version)
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    contents = {name: gzip.decompress((FOLDER / f"{name}.gz").read_bytes()) for name in COMPRESSED}
    contents |= {name: (FOLDER / name).read_bytes() for name in LICENSES}
    assert listed == {name: sha256(content).hexdigest() for name, content in contents.items()}
    assert sorted(path.name.removesuffix(".gz") for path in FOLDER.iterdir()) == sorted([*contents, "SHA256SUMS"])
