"""What the command line names: `file.py`, `homework.ipynb`, `file.py:Name` or `package.module:Name`.

It is found and imported, which executes it, in the process of worker.py only; of a notebook, and of a file
that cannot be imported, the definitions are run (definitions.py).
"""

import importlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from charmlp.doctor.isolation.definitions import file_definitions, notebook
from charmlp.doctor.mistake import CannotExamineError, Phrase, phrase
from charmlp.doctor.operation.source import imports_torch
from charmlp.doctor.survey.parts import Piece
from charmlp.doctor.words import LANGUAGES, one_line

MOST_INPUTS = 4  # of a function that is called unasked


@dataclass(frozen=True)
class Target:
    """Where to look: a file or a module, and in it a name, or (None) everything that is defined there."""

    place: str
    name: str | None

    @property
    def is_file(self) -> bool:
        return self.place.endswith((".py", ".ipynb")) or "/" in self.place or "\\" in self.place

    def label(self, name: str) -> str:
        return f"{self.place}:{name}"


def parse_target(text: str) -> Target:
    r"""Split a target at its last colon, unless that is a drive's.

    >>> parse_target("a/b.py:Name.inner"), parse_target(r"C:\a.py")
    (Target(place='a/b.py', name='Name.inner'), Target(place='C:\\a.py', name=None))
    """
    place, colon, name = text.rpartition(":")
    if not colon or len(place) <= 1 or not all(part.isidentifier() for part in name.split(".")):
        return Target(text, None)
    return Target(place, name)


def needs_torch(target: Target) -> bool:
    """Whether a file imports torch itself; of a module that is not known before it is imported."""
    if not target.is_file:
        return importlib.util.find_spec("torch") is not None
    try:
        return imports_torch(Path(target.place).read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return False


@dataclass(frozen=True)
class Loaded:
    """A target's module and its source, and what was run of it, where that was not all."""

    module: ModuleType
    note: Phrase | None = None
    cells: Sequence[Piece] = ()

    @property
    def pieces(self) -> Sequence[Piece]:
        file = getattr(self.module, "__file__", None)
        if self.cells or file is None or not file.endswith(".py"):
            return self.cells
        return [Piece(file, Path(file).read_text(encoding="utf-8", errors="replace"))]


def load(target: Target) -> Loaded:
    """Import the target's module; raises `CannotExamineError` for whatever goes wrong in it."""
    if target.is_file:
        path = Path(target.place)
        if path.is_dir():
            raise CannotExamineError("is-folder")
        if not path.is_file():
            raise CannotExamineError("no-file")
        if path.suffix == ".ipynb":
            cells = notebook(path.resolve())
            return Loaded(cells.module, cells.note, cells.pieces)
        if path.suffix != ".py":
            raise CannotExamineError("no-python")
        return load_file(path.resolve())
    if not all(part.isidentifier() for part in target.place.split(".")):
        raise CannotExamineError("no-module", name=target.place)
    sys.path.append(str(Path.cwd()))
    return Loaded(guarded(importlib.import_module, target.place))


def load_file(path: Path) -> Loaded:
    """A file, or the definitions in it where something else that it does at its top fails."""
    try:
        return Loaded(guarded(import_file, path))
    except CannotExamineError as error:
        if error.reason.key == "syntax":
            raise
        module = file_definitions(path)
        if not any(True for _ in defined(module)):
            raise
        reason = {language: error.reason.text(language) for language in LANGUAGES}
        return Loaded(module, phrase("definitions-only", reason=reason))


def import_file(path: Path) -> ModuleType:
    """The file as the module that its own neighbours would import: their folder comes first on the path."""
    root, parts = path.parent, [path.stem]
    while (root / "__init__.py").is_file() and root.name.isidentifier():
        parts.insert(0, root.name)
        root = root.parent
    sys.path.insert(0, str(root))
    name = ".".join(part for part in parts if part != "__init__")
    if all(part.isidentifier() for part in parts) and name not in sys.builtin_module_names:
        there = sys.modules.get(name)
        if there is None and len(parts) > 1:
            there = importlib.import_module(name)
        file = getattr(there, "__file__", None)
        if there is not None and file is not None and Path(file).resolve() == path:
            return there
    if name in sys.modules or not name.isidentifier():
        name = "examined_file"  # a file called types.py, say, must not take the place of the library's
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def guarded(importing: Callable[[Any], ModuleType], what: Path | str) -> ModuleType:
    """The module, or a `CannotExamineError` that says in one line why it cannot be imported."""
    try:
        return importing(what)
    except SystemExit as error:
        raise CannotExamineError("exits", status=str(error.code)) from None
    except SyntaxError as error:
        raise CannotExamineError("syntax", line=str(error.lineno or "?"), reason=str(error.msg)) from None
    except BaseException as error:  # whatever the file raises is its own affair
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if Path(frame.filename) == what]  # of the target's file
        place = f" (line {lines[-1]})" if lines else ""
        raise CannotExamineError("import-fails", reason=one_line(error), place=place) from None


def named(module: ModuleType, name: str) -> list[tuple[str, Any]]:
    """What has that name, dots for what is inside a class; raises `CannotExamineError`.

    Code may be several operations by one name, such as a layer with relu and with sigmoid.
    """
    from charmlp.doctor.operation.numpy_code import written

    every = written(module)
    found = [one for one in every if one.name == name] or [one for one in every if name in one.others]
    if found:
        return [(name if len(found) == 1 else one.name, one) for one in found]
    thing: Any = module
    try:
        for part in name.split("."):
            thing = getattr(thing, part)
    except AttributeError:
        known = ", ".join(found for found, _ in defined(module)) or "nothing to examine"
        raise CannotExamineError("no-name", name=name, known=known) from None
    return list(choices(name, thing))


def choices(name: str, thing: Any) -> Iterator[tuple[str, Any]]:
    """A class of torch's once for each word that decides what its objects are."""
    if "torch" not in sys.modules:
        yield name, thing
        return
    from charmlp.doctor.operation.torch_code import each_choice

    yield from each_choice(name, thing)


def defined(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """Everything in the module that has a hand-written gradient, in the order of the file.

    Its Functions and modules, the functions of a few inputs that use one of its Functions, and activations;
    others would have torch's own gradient, and nobody asked to have them called.
    """
    from charmlp.doctor.operation.numpy_code import written

    yield from ((one.name, one) for one in written(module))
    torch = sys.modules.get("torch")
    if torch is None:
        return
    from charmlp.doctor.operation.watch import is_function, missing_halves

    # what the module defines, and not only imports or gives a second name
    own = {
        name: thing
        for name, thing in vars(module).items()
        if getattr(thing, "__module__", None) == module.__name__
        and getattr(thing, "__qualname__", name) == name
    }
    functions = {name for name, thing in own.items() if is_function(thing) and not missing_halves(thing)}
    for name, thing in own.items():
        if (
            name in functions
            or (isinstance(thing, type) and issubclass(thing, torch.nn.Module))
            or (inspect.isfunction(thing) and functions & names_in(thing.__code__) and is_operation(thing))
            or is_activation(name, thing)
            or is_loss(name, thing)
        ):
            yield from choices(name, thing)


def is_loss(name: str, thing: Any) -> bool:
    """Whether a function of several inputs has the name of a loss that the doctor knows."""
    from charmlp.doctor.checks.known_losses import of_name
    from charmlp.doctor.operation.options import plain, signature

    if not inspect.isfunction(thing) or not of_name(plain(name)):
        return False
    required = signature(thing, 0).required
    return required is not None and len(required) > 1


def is_activation(name: str, thing: Any) -> bool:
    """Whether a function of one input has the name of an activation, and leaves the gradient to torch.

    What such a name stands for is no matter of opinion.
    """
    if not inspect.isfunction(thing) or not uses_torch_in(thing):
        return False
    from charmlp.doctor.kinds import kinds
    from charmlp.doctor.operation.options import signature
    from charmlp.doctor.setups.recognition import kind_of_name

    kind = kinds().get(kind_of_name(name) or "")
    return kind is not None and kind.page == "activations" and len(signature(thing, 0).required or ()) == 1


def uses_torch_in(function: Any) -> bool:
    """Whether a function of a file that imports torch mentions it, or a method of its tensors."""
    return bool({"torch", "F", "nn"} & names_in(function.__code__))


def is_operation(function: Any) -> bool:
    """Whether it may be called with tensors: a `main()` is not to be started."""
    parameters = inspect.signature(function).parameters.values()
    required = [p for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
    return 1 <= len(required) <= MOST_INPUTS


def names_in(code: CodeType) -> set[str]:
    """Every global name and attribute that the code mentions, inner functions included."""
    inner = (names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)
