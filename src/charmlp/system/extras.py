"""Optional packages: imported where they are there, and otherwise one line that says what to install."""

from __future__ import annotations

import importlib
from types import ModuleType

from charmlp.errors import MissingExtraError


def require_extra(module: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional `module`, or say in one line what to install.

    >>> require_extra("json", "torch", "a .pth file").__name__
    'json'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or module.split(".")[0] != error.name.split(".")[0]:
            raise  # the package is there; something inside it is broken
        raise MissingExtraError(
            f"{purpose} needs {module.split('.')[0]}, which is not installed: pip install 'charmlp[{extra}]'"
        ) from None
