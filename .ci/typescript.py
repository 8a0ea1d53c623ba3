"""Puts TypeScript's compiler, which checks the types of the page's modules, into .venv/node_modules.

    python .ci/typescript.py

One archive of npm's registry, known by its hash; npm, which Debian's nodejs has not, is not needed.
NPM_CONFIG_REGISTRY names another registry.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import tarfile
import urllib.request
from pathlib import Path

VERSION = "5.9.3"
SHA512 = "jl1vZzPDinLr9eUt3J/t7V6FgNEw9QjvBPdysz9KfQDD41fQrC2Y4vKQdiaUpFT4bXlb1RHhLpp8wtm6M5TgSw=="
FOLDER = Path(__file__).parents[1] / ".venv" / "node_modules" / "typescript"


def main() -> None:
    """Fetch the archive, unless that version is there."""
    if (FOLDER / VERSION).is_file():
        return
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    with urllib.request.urlopen(f"{registry}/typescript/-/typescript-{VERSION}.tgz", timeout=60) as answer:
        archive = answer.read()
    if base64.b64encode(hashlib.sha512(archive).digest()).decode() != SHA512:
        raise SystemExit(f"{registry}: typescript {VERSION} is not the archive that is expected")
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            path = Path(*Path(member.name).parts[1:])
            if member.isfile() and ".." not in path.parts:
                content = files.extractfile(member)
                assert content is not None
                (FOLDER / path).parent.mkdir(parents=True, exist_ok=True)
                (FOLDER / path).write_bytes(content.read())
    (FOLDER / VERSION).touch()


if __name__ == "__main__":
    main()
