"""`make docs-assets`: take the files of the documentation page out of a package of swagger-ui-dist, as npm packs it.

SHA256SUMS names the version, and lists the SHA-256 of each file before it is compressed.
"""

import gzip
import sys
import tarfile
from hashlib import sha256
from pathlib import Path

from processes import ROOT

FOLDER = ROOT / "lambda_app/rest/docs_page/swagger-ui"
COMPRESSED = ("oauth2-redirect.js", "swagger-ui-bundle.js", "swagger-ui.css")
LICENSES = ("LICENSE", "NOTICE", "swagger-ui-bundle.js.LICENSE.txt")


def main(package: Path) -> None:
    """Write the files of a package, and their checksums."""
    sums = [f"# {package.stem}: make docs-assets\n"]
    with tarfile.open(package) as archive:
        for name in sorted([*COMPRESSED, *LICENSES]):
            member = archive.extractfile(f"package/{name}")
            assert member is not None  # noqa: S101 (for the type checker: each of them is a file)
            content = member.read()
            sums.append(f"{sha256(content).hexdigest()}  {name}\n")
            if name in COMPRESSED:
                (FOLDER / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
            else:
                (FOLDER / name).write_bytes(content)
    (FOLDER / "SHA256SUMS").write_text("".join(sums))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
