"""`charmlp info`: what a model, a data set or this installation is."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from charmlp.cli.arguments import Parser, add_list_flags, given_settings
from charmlp.cli.notes import note, say
from charmlp.config import DEFAULT_VIEW, GROUNDS, Reading
from charmlp.errors import UsageError
from charmlp.language import spoken, translated
from charmlp.system.files import is_file
from charmlp.text import printable
from charmlp.version import __version__

if TYPE_CHECKING:
    from charmlp.letters.letterset import LetterSet
    from charmlp.modelfile import Model

PACKAGES = (
    "numpy", "numba", "pillow", "safetensors", "matplotlib", "scikit-learn", "torch", "pyarrow", "onnx",
    "onnxruntime",
)  # fmt: skip
SAMPLES = 64
SAMPLE_SIZE = (32, 32)


def make_parser() -> Parser:
    parser = Parser(
        "info",
        "Describe a model file, a run folder, a data set, or, without a path, this installation.",
        "charmlp info runs/first\ncharmlp info scene-letters --figure letters.png",
        takes="[PATH]",
    )
    parser.add_argument(
        "path", nargs="?", metavar="PATH", help="model file, run folder, or data as behind --data"
    )
    parser.add_argument(
        "--figure",
        metavar="FILE",
        type=Path,
        help="draw a sheet of sample images, plain and augmented (PNG or SVG)",
    )
    add_list_flags(parser.add_argument_group("data"))
    return parser


def command(arguments: Sequence[str]) -> int:
    args = make_parser().parse_args(arguments)
    model = None if args.path is None else model_path(Path(args.path))
    if args.figure is not None and (args.path is None or model is not None):
        raise UsageError("--figure draws samples of a data set: give its path")
    if args.path is None:
        describe_installation()
    elif model is not None:
        from charmlp.modelfile import read_model

        describe_model(read_model(model), model)
    else:
        describe_data(args)
    return 0


def model_path(path: Path) -> Path | None:
    """The model file that a path names, directly or as a run folder."""
    from charmlp.modelfile import FORMATS

    if path.suffix.lower() in FORMATS:
        return path
    inside = path / "model.safetensors"
    return inside if is_file(inside) else None


def describe_installation() -> None:
    """Versions and processor: what a bug report needs."""
    say(f"charmlp {__version__}, Python {platform.python_version()}, {platform.platform()}")
    say(f"processors {os.cpu_count()}")
    for package in PACKAGES:
        try:
            version = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            version = translated("not installed")
        print(f"{package:<13}{version}")


def describe_model(model: Model, path: Path) -> None:
    """Layers, classes, preprocessing, and where the model comes from."""
    say(f"model          {printable(path)}")
    say(f"layers         {'-'.join(map(str, model.sizes))}")
    say(f"activation     {model.act_type}")
    say(f"parameters     {model.n_parameters:,}")
    say(f"images         {model.norm_size[0]}×{model.norm_size[1]} grey, {model.preprocessing}")
    say(f"               crop {model.view.crop}; what is transparent lies on {GROUNDS[model.view.ground]}")
    say(f"classes        {len(model.classes)}: {' '.join(printable(name) for name in model.classes)}")
    fitted = "not fitted" if model.temperature == 1 else "fitted in validation; it divides the logits"
    say(f"temperature    {model.temperature:.3g} ({fitted})")
    for line in origin(model):
        say(line)
    for name, value in model.provenance.items():
        if name == "source":
            continue  # told above
        said = printable(value if isinstance(value, str) else json.dumps(value))
        print(f"{printable(name):<14} {said}")


def origin(model: Model) -> Iterator[str]:
    """What it was trained on, and whether it knows what is unlike that, in plain words."""
    facts = model.provenance
    count, source, style = (facts.get(name) for name in ("training_images", "source", "rendered_style"))
    if isinstance(count, int) and isinstance(source, str) and source:
        yield f"trained on     {count:,} images, {printable(translated(source))}"
    rendered, share = facts.get("rendered_letters"), facts.get("rendered_share")
    if isinstance(rendered, int) and isinstance(share, float) and rendered:
        yield f"               with {rendered:,} rendered letters, {share:.0%} of each batch"
    if isinstance(style, str):
        yield f"               rendered in the style {printable(style)}"
    if model.familiarity is not None:
        yield "unfamiliar     predict says where an image is like nothing in training"
    else:
        yield "unfamiliar     not known: the file has no statistics of training letters"


def describe_data(args: argparse.Namespace) -> None:
    """Counts by split and class; a sheet of samples where asked for."""
    from charmlp.data import SPLITS, open_source

    if args.figure is not None:
        from charmlp.drawing.canvas import check_name
        from charmlp.system.files import check_writable

        check_name(args.figure)
        check_writable(args.figure)
    source = open_source(args.path, im_dir=args.im_dir, reading=Reading(**given_settings(args, Reading)))
    for line in (source.describe(), *source.notes, *(f"left out       {line}" for line in source.left_out)):
        say(printable(line))
    names = [printable(name) for name in source.classes]
    say(f"classes        {' '.join(names)}")
    source.verify()
    size, view = source.only or (SAMPLE_SIZE, DEFAULT_VIEW)
    sets = {
        split: source.load(split, size, view=view, skip_bad=True) for split, n in source.splits.items() if n
    }
    for split, letters in sets.items():
        for line in letters.remarks(SPLITS[split]):
            note(line)
    width = max(map(len, names))
    print(f"{'':{width}}  " + "  ".join(f"{split:>7}" for split in sets))
    for number, name in enumerate(names):
        counts = "  ".join(f"{int((letters.labels == number).sum()):7,}" for letters in sets.values())
        print(f"{name:{width}}  {counts}")
    if args.figure is not None:
        say(f"picture        {printable(draw_samples(sets, Path(args.path).name, args.figure))}")


def draw_samples(sets: dict[str, LetterSet], name: str, figure: Path) -> Path:
    """Letters spread evenly over each set, those of the first also as `--augment on` changes them."""
    from dataclasses import replace

    import numpy as np

    from charmlp.data.augment import augment
    from charmlp.evaluation.pictures.about import About
    from charmlp.evaluation.pictures.letters import contact_sheet

    rows = []
    for split, letters in sets.items():
        some = letters.take(letters.spread(SAMPLES))
        rows.append((split, some))
        if len(rows) == 1:
            changed = replace(some, images=augment(some.images, np.random.default_rng(0)))
            rows.append((f"{split}, augmented as recipe best does", changed))
    return contact_sheet(rows, About(data=name, lang=spoken())).save(figure)
