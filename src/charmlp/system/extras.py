"""Optional packages: imported where they are there, and otherwise one line that says what to install."""

import importlib
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from types import ModuleType

from charmlp.errors import MissingExtraError

# For a charmlp that runs without being installed: the extras whose package has another name.
PACKAGES = {
    "sklearn": "scikit-learn", "parquet": "pyarrow", "completion": "shtab", "tensorboard": "tensorboardX",
    "search": "optuna",
}  # fmt: skip
# PyPI's torch for Linux brings gigabytes of libraries for GPUs.
WITHOUT_CUDA = " --index-url https://download.pytorch.org/whl/cpu"


def require_extra(module: str, extra: str, purpose: str, *, gpu: bool = False) -> ModuleType:
    """Import an optional `module`, or say in one line what to install, with a `gpu` to use or without.

    >>> require_extra("json", "torch", "a .pth file").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        package = module.partition(".")[0]
        if error.name is None or package != error.name.partition(".")[0]:
            raise  # the package is there; something inside it is broken
        raise MissingExtraError(
            f"{purpose} needs {package}, which is not installed: {install_command(extra, gpu=gpu)}"
        ) from None


def install_command(extra: str, *, gpu: bool = False) -> str:
    """What to type for the packages of an extra, as the installed metadata has them.

    Not `charmlp[extra]`: that would look for charmlp itself on PyPI.
    """
    packages = sorted(packages_of(extra)) or [PACKAGES.get(extra, extra)]
    names = " ".join(f'"{package}"' if "=" in package else package for package in packages)
    small = extra == "torch" and sys.platform == "linux" and not gpu
    return f"pip install {names}{WITHOUT_CUDA if small else ''}"


def packages_of(extra: str) -> Iterator[str]:
    """The requirements that belong to an extra, without their markers: `torch>=2.4`."""
    from importlib import metadata  # slow to import, and needed where something is missing

    with suppress(metadata.PackageNotFoundError):
        for requirement in metadata.requires("charmlp") or []:
            package, _, marker = requirement.partition(";")
            if re.search(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]", marker):
                yield re.sub(r"[ ()]", "", package)
