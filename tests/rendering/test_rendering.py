"""Rendered letters: the seed decides, each part of a style does what it says, the loops are right."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import fft, ndimage

from charmlp.errors import DataError, UsageError
from charmlp.letters.source import Source
from charmlp.rendering import RenderedSource, open_rendered, render
from charmlp.rendering.distance import DIRECTIONS, FIELD, LEVELS
from charmlp.rendering.fonts import LETTERS, Font, find_fonts
from charmlp.rendering.renderer import forms, texts_of
from charmlp.rendering.style import Style
from charmlp.rendering.textures import texture_bank

CLASSES = tuple(LETTERS[:26])

# Black on white or white on black, upright, cropped exactly, and nothing else.
PLAIN = replace(
    Style(),
    **{name: 0.0 for name in Style.__dataclass_fields__ if name.endswith("_chance")},
    turn=0.0, slant=0.0, tilt=0.0, margin=0.0, margin_spread=0.0, contrast=(200.0, 200.0), light_ink=1.0,
    ink_shading=0.0, light=0.0, weight=(0.0, 0.0), blur=1e-6, noise=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def fonts() -> list[Font]:
    """A few families of every kind: drawing all of them takes seconds."""
    families = (
        "Arimo",
        "Oswald",
        "EB Garamond",
        "Playfair Display",
        "Alfa Slab One",
        "Fredoka",
        "DejaVu Sans",
    )
    return [font for font in find_fonts() if font.family in families]


def draw_some(fonts: list[Font], count: int = 260, seed: int = 1, **changes: object) -> np.ndarray:
    style = replace(PLAIN, **changes)  # type: ignore[arg-type]  # each field has its own type
    letters = render(count, classes=CLASSES, norm_size=(32, 32), seed=seed, fonts=fonts, style=style)
    return letters.images.astype(float)


def centred(images: np.ndarray) -> np.ndarray:
    """Each picture as a row of mean 0 and length 1; a flat one as zeros."""
    rows = images.reshape(len(images), -1).astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-3)


# What comes back


def test_every_class_is_as_frequent_as_any_other_and_in_no_order(fonts: list[Font]) -> None:
    letters = render(270, classes=CLASSES, norm_size=(20, 30), seed=1, fonts=fonts)
    assert letters.images.shape == (270, 20, 30) and letters.classes == CLASSES
    assert set(np.bincount(letters.labels, minlength=26)) == {10, 11}
    assert (np.diff(letters.labels) < 0).any()
    assert len(set(letters.names)) == 270


def test_the_seed_decides(fonts: list[Font]) -> None:
    first, again, other = (
        render(100, classes=CLASSES, norm_size=(32, 32), seed=seed, fonts=fonts) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(first.images, again.images)
    np.testing.assert_array_equal(first.labels, again.labels)
    assert (first.images != other.images).any()


def test_any_number_of_threads_gives_the_same_pixels(fonts: list[Font]) -> None:
    import numba

    threads, results = numba.get_num_threads(), []
    try:
        for count in (1, threads):
            numba.set_num_threads(count)
            results.append(render(200, classes=CLASSES, norm_size=(32, 32), seed=4, fonts=fonts).images)
    finally:
        numba.set_num_threads(threads)
    np.testing.assert_array_equal(results[0], results[-1])


@pytest.mark.parametrize("norm_size", [(1, 1), (5, 3), (64, 64), (28, 17)])
def test_any_size(fonts: list[Font], norm_size: tuple[int, int]) -> None:
    letters = render(30, classes=CLASSES, norm_size=norm_size, seed=1, fonts=fonts)
    assert letters.images.shape == (30, *norm_size)


def test_no_letters_are_no_letters(fonts: list[Font]) -> None:
    assert len(render(0, classes=CLASSES, norm_size=(32, 32), seed=1, fonts=fonts)) == 0


def test_progress_is_told(fonts: list[Font], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charmlp.rendering.renderer.BATCH", 40)
    told: list[tuple[int, int]] = []
    render(
        100, classes=CLASSES, norm_size=(8, 8), seed=1, fonts=fonts,
        progress=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    assert told == [(40, 100), (80, 100), (100, 100)]


# Classes


def test_letters_stand_for_both_cases_unless_both_are_classes() -> None:
    assert forms("A", CLASSES) == ("A", "a")
    assert forms("A", ("A", "a")) == ("A",) and forms("a", ("a",)) == ("a",)
    assert forms("É", ("É",)) == ("É",) and forms("AB", ("AB",)) == ("AB",)
    assert texts_of(("A", "7")) == ("A", "a", "7")
    assert forms("Σ", ("Σ",)) == ("Σ", "σ", "ς") and forms("Σ", ("Σ", "σ")) == ("Σ", "ς")
    assert forms("Ж", ("Ж",)) == ("Ж", "ж") and forms("é", ("é",)) == ("é",)


@pytest.mark.parametrize("classes", [tuple("0123456789"), tuple("αβγδΩ"), ("10", "20"), ("A", "a")])
def test_any_characters_are_classes(classes: tuple[str, ...]) -> None:
    letters = render(20, classes=classes, norm_size=(32, 32), seed=1, style=PLAIN)
    assert (letters.images.std(axis=(1, 2)) > 5).all()
    means = [letters.images[letters.labels == label].mean(axis=0) for label in range(len(classes))]
    assert all(np.abs(one - means[0]).mean() > 5 for one in means[1:])


def test_a_class_that_no_font_can_draw_is_named(fonts: list[Font]) -> None:
    with pytest.raises(DataError, match=r"no font can draw the class \\u200b"):
        render(5, classes=("A", "\u200b"), norm_size=(8, 8), seed=1, fonts=fonts)
    with pytest.raises(DataError, match="class A"):
        render(5, classes=("A",), norm_size=(8, 8), seed=1, fonts=[])


def test_capitals_are_as_frequent_as_asked(fonts: list[Font]) -> None:
    """An l is narrower than an L."""
    widths = {}
    for capitals in (0.0, 1.0):
        letters = render(
            100,
            classes=("L",),
            norm_size=(32, 32),
            seed=1,
            fonts=fonts,
            style=replace(PLAIN, capitals=capitals, narrowest=(0.4, 0.4)),
        )
        widths[capitals] = (letters.images.max(axis=1) > letters.images.min() + 100).sum(axis=1).mean()
    assert widths[0.0] < 0.8 * widths[1.0]


# The picture


def test_the_crop_is_tight(fonts: list[Font]) -> None:
    """Ink reaches all four sides, but for letters so narrow that people leave room beside them."""
    images = draw_some(fonts, narrowest=(0.0, 0.0))
    ink = (images - images.min(axis=(1, 2), keepdims=True)) / 200
    for side in (ink[:, 0], ink[:, -1], ink[:, :, 0], ink[:, :, -1]):
        assert (side.max(axis=1) > 0.2).mean() > 0.97
    assert (ink.max(axis=(1, 2)) > 0.7).mean() > 0.95  # the rest are hairlines


def test_narrow_letters_do_not_fill_the_square(fonts: list[Font]) -> None:
    sans = [font for font in fonts if font.family == "Arimo"]
    style = replace(PLAIN, narrowest=(0.4, 0.4), capitals=1.0)
    images = render(50, classes=("I",), norm_size=(32, 32), seed=1, fonts=sans, style=style).images.astype(
        int
    )
    shares = (images[:, 16] > images[:, 16].min() + 100).mean(axis=1)
    assert shares.min() > 0.2 and shares.max() < 0.75


def test_margins_leave_air(fonts: list[Font]) -> None:
    images = draw_some(fonts, margin=0.15)
    ground = images.min(axis=(1, 2))
    assert (images[:, 0].max(axis=1) - ground < 20).mean() > 0.95


def test_both_polarities(fonts: list[Font]) -> None:
    """The same seed with light and with dark ink gives inverse pictures."""
    light, dark = draw_some(fonts, light_ink=1.0), draw_some(fonts, light_ink=0.0)
    light, dark = (one.reshape(len(one), -1) for one in (light, dark))
    assert all(np.corrcoef(a, b)[0, 1] < -0.99 for a, b in zip(light, dark, strict=True))
    mixed = draw_some(fonts, light_ink=0.5).reshape(len(light), -1)
    signs = [np.corrcoef(a, b)[0, 1] > 0 for a, b in zip(light, mixed, strict=True)]
    assert 0.3 < np.mean(signs) < 0.7


def test_neighbours_reach_in(fonts: list[Font]) -> None:
    alone = draw_some(fonts, margin=0.12)
    company = draw_some(fonts, margin=0.12, neighbour_chance=1.0, neighbour_gap=(0.0, 0.05))
    assert (alone != company)[:, :, [0, -1]].any(axis=(1, 2)).mean() > 0.9
    assert (alone != company)[:, :, 12:20].mean() < 0.02


def test_a_turned_letter_still_fits_its_crop(fonts: list[Font]) -> None:
    images = draw_some(fonts, turn=20.0, narrowest=(0.0, 0.0))
    ground = images.min(axis=(1, 2))[:, None]
    touching = [(side.max(axis=1) - ground[:, 0] > 25).mean() for side in (images[:, 0], images[:, :, -1])]
    assert min(touching) > 0.8


def test_bolder_strokes_have_more_ink(fonts: list[Font]) -> None:
    """Weights of both signs come up: some letters gain, some lose."""
    change = draw_some(fonts, weight=(0.0, 2.0)).mean(axis=(1, 2)) - draw_some(fonts).mean(axis=(1, 2))
    assert (change > 8).mean() > 0.2 and (change < -8).mean() > 0.2


@pytest.mark.parametrize(
    "chance",
    [name for name in Style.__dataclass_fields__ if name.endswith("_chance")],
)
def test_each_ingredient_changes_pictures_and_leaves_the_rest_alone(fonts: list[Font], chance: str) -> None:
    base = {"outline_chance": 1.0} if chance == "hollow_chance" else {}
    base |= {"relief_chance": 1.0} if chance == "carved_chance" else {}
    base |= {"margin": 0.1} if chance == "neighbour_chance" else {}
    base |= {"line_chance": 1.0, "line_apart": (0.2, 0.4)} if chance == "squares_chance" else {}
    without, always = draw_some(fonts, 130, **base), draw_some(fonts, 130, **base, **{chance: 1.0})
    assert (without != always).any(axis=(1, 2)).mean() > 0.6
    correlations = (centred(without) * centred(always)).sum(axis=1)
    assert np.median(np.abs(correlations)) > (0.1 if chance in ("hollow_chance", "carved_chance") else 0.6)


# The compiled loops, beside SciPy's


def test_distance_fields_are_euclidean() -> None:
    from charmlp.rendering.distance import distance_fields

    random = np.random.default_rng(0)
    blobs = ndimage.gaussian_filter(random.normal(size=(5, FIELD, FIELD)), (0, 3, 3)) > 0.02
    fields, _ = distance_fields((255 * blobs).astype(np.uint8))
    for blob, field in zip(blobs, fields, strict=True):
        distance = ndimage.distance_transform_edt(blob) - ndimage.distance_transform_edt(~blob)
        expected = np.clip(128 + LEVELS * distance, 0, 255)
        assert np.abs(field - expected).max() <= 0.51


def test_hulls_are_the_farthest_points() -> None:
    from charmlp.rendering.distance import distance_fields

    mask = np.zeros((1, FIELD, FIELD), np.uint8)
    mask[0, 20:40, 25:55] = 255
    _, hulls = distance_fields(mask)
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    corners = np.array([(x - 32, y - 32) for x in (25, 55) for y in (20, 40)], float)
    ahead = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    np.testing.assert_allclose((hulls[0] * ahead).sum(axis=1), (corners @ ahead.T).max(axis=0), atol=0.51)


@pytest.mark.parametrize("sigma", [(0.5, 0.5), (1.5, 0.8), (0.0, 2.0)])
def test_blur_is_gaussian(sigma: tuple[float, float]) -> None:
    from charmlp.images.pixels import blur

    picture = np.random.default_rng(0).uniform(0, 255, (20, 30)).astype(np.float32)
    expected = ndimage.gaussian_filter(
        picture, (sigma[1], sigma[0]), mode="nearest", radius=[int(np.ceil(2.5 * s)) for s in sigma[::-1]]
    )
    blur(picture, *sigma)
    np.testing.assert_allclose(picture, expected, atol=0.01)


def test_jpeg_rounds_the_cosine_coefficients_of_blocks() -> None:
    from charmlp.rendering.painting import _jpeg

    picture = np.random.default_rng(0).uniform(0, 255, (8, 19)).astype(np.float32)
    before, step = picture.copy(), 20.0
    _jpeg(picture, step)
    sizes = step * (1 + 0.5 * np.add.outer(np.arange(8), np.arange(8)))
    for left in (0, 8):
        coefficients = fft.dctn(before[:, left : left + 8].astype(float), norm="ortho")
        expected = fft.idctn(sizes * np.round(coefficients / sizes), norm="ortho")
        np.testing.assert_allclose(picture[:, left : left + 8], expected, atol=0.01)
    np.testing.assert_array_equal(picture[:, 16:], before[:, 16:])


def test_noise_is_nearly_normal() -> None:
    from charmlp.images.pixels import add_noise

    picture = np.zeros((400, 400), np.float32)
    add_noise(picture, 10.0, np.uint64(12345))
    assert abs(picture.mean()) < 0.1 and abs(picture.std() - 10) < 0.1
    assert abs((np.abs(picture) < 10).mean() - 0.683) < 0.02
    neighbours = np.corrcoef(picture[:, 1:].ravel(), picture[:, :-1].ravel())[0, 1]
    assert abs(neighbours) < 0.01


def test_textures_have_mean_zero_and_are_the_same_each_time() -> None:
    bank = texture_bank()
    np.testing.assert_allclose(bank.mean(axis=(1, 2)), 0, atol=0.05)
    assert (bank.std(axis=(1, 2)) > 0.8).all() and len(np.unique(bank.round(3), axis=0)) == len(bank)
    texture_bank.cache_clear()
    np.testing.assert_array_equal(texture_bank(), bank)


# The source


@pytest.fixture(scope="module")
def source() -> RenderedSource:
    return open_rendered(1000)


def test_the_source_holds_families_out(source: RenderedSource) -> None:
    assert isinstance(source, Source)
    assert source.splits == {"train": 1000, "val": 100, "test": 100} and source.classes == CLASSES
    families = [{font.family for font in fonts} for fonts in source.fonts.values()]
    assert len(set.union(*families)) == sum(map(len, families))
    assert source.describe().startswith(
        "1,000 training, 100 validation, 100 test images in 26 classes, rendered"
    )


def test_the_source_draws_each_split_anew_but_the_same(source: RenderedSource) -> None:
    train, val, test = (source.load(split, (16, 16)) for split in ("train", "val", "test"))
    assert [len(train), len(val), len(test)] == [1000, 100, 100]
    assert (val.images != test.images).any()
    np.testing.assert_array_equal(source.load("val", (16, 16)).images, val.images)
    with pytest.raises(
        DataError, match="no dev images, only training and validation and test images: rendered from fonts"
    ):
        source.load("dev", (16, 16))


@pytest.mark.full
def test_the_held_out_families_are_the_same_for_every_seed(source: RenderedSource) -> None:
    other = open_rendered(1000, seed=5)
    assert other.fonts == source.fonts
    assert (other.load("val", (8, 8)).images != source.load("val", (8, 8)).images).any()


def test_the_identity_tells_sources_apart(source: RenderedSource) -> None:
    assert open_rendered(1000).identity() == source.identity()
    others = [replace(source, seed=1), replace(source, style=PLAIN), replace(source, classes=CLASSES[:5])]
    assert len({source.identity(), *(other.identity() for other in others)}) == 4


def test_only_families_that_draw_every_class_are_held_out() -> None:
    """Few families have Greek letters: those that validate and test do."""
    source = open_rendered(100, "AΩ")
    assert all(len(source.load(split, (8, 8))) for split in source.splits)
    families = {split: {font.family for font in fonts} for split, fonts in source.fonts.items()}
    assert not families["val"] & families["train"] and len(families["train"]) > 20


def test_too_few_families_are_in_every_split(fonts: list[Font], monkeypatch: pytest.MonkeyPatch) -> None:
    two = [font for font in fonts if font.family in ("Arimo", "Oswald")]
    monkeypatch.setattr("charmlp.rendering.source.find_fonts", lambda *arguments: two)
    source = open_rendered(100)
    assert source.fonts == dict.fromkeys(("train", "val", "test"), two)
    assert source.describe().endswith("faces of 2 families, the same in every split)")


def test_nothing_is_held_out_where_nothing_is_asked_for(fonts: list[Font]) -> None:
    source = open_rendered(5, held_out=0)
    assert source.splits == {"train": 5}
    assert {font.family for font in fonts} <= {font.family for font in source.fonts["train"]}


def test_a_count_below_one_is_refused() -> None:
    with pytest.raises(UsageError, match="expected at least 1"):
        open_rendered(0)


def test_rendered_letters_teach_to_read_photographs(scene_letters: Path) -> None:
    """The nearest of 8,000 rendered letters says what a photograph shows, mostly; with wrong labels never."""
    import json

    from PIL import Image

    labels = json.loads((scene_letters / "validation.json").read_text("utf-8"))
    photographs = np.stack(
        [
            np.asarray(Image.open(scene_letters / "images" / name).convert("L").resize((32, 32)))
            for name in labels
        ]
    )
    truth = np.array([CLASSES.index(letter.upper()) for letter in labels.values()])
    letters = render(8000, classes=CLASSES, norm_size=(32, 32), seed=1)
    nearest = (centred(photographs) @ centred(letters.images).T).argmax(axis=1)
    assert (letters.labels[nearest] == truth).mean() > 0.7
    assert (np.roll(letters.labels, 1)[nearest] == truth).mean() < 0.2


def test_importing_does_not_import_numba() -> None:
    code = "import sys, charmlp.rendering; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
