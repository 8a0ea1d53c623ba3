"""Pages from templates: what is filled in is escaped, and a page runs and loads nothing but what it names."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources

import jinja2


def environment(package: str = __package__) -> jinja2.Environment:
    """Jinja's for the templates of a package, and the parts here; it escapes whatever is filled in."""
    folders = [importlib.resources.files(one) / "templates" for one in dict.fromkeys((package, __package__))]

    def source(name: str) -> str | None:
        found = (folder / name for folder in folders)
        return next((file.read_text(encoding="utf-8") for file in found if file.is_file()), None)

    return jinja2.Environment(
        loader=jinja2.FunctionLoader(source),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def template(name: str, package: str = __package__) -> str:
    return (importlib.resources.files(package) / "templates" / name).read_text(encoding="utf-8")


def digest(content: str) -> str:
    """What the page's Content-Security-Policy knows a style or a script by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode("ascii")
