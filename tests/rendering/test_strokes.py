"""Letters written by hand: the sets are whole, the seed decides, a hand does what it says."""

from __future__ import annotations

import doctest
from dataclasses import replace

import numpy as np
import pytest

from charmlp.config import STYLES
from charmlp.rendering import open_rendered, render
from charmlp.rendering.distance import FIELD, LEVELS
from charmlp.rendering.fonts import LETTERS, find_fonts, is_handwriting
from charmlp.rendering.glyphs import INNER
from charmlp.rendering.kinds import HAND, STROKES, choose_kinds, kinds_of
from charmlp.rendering.strokes import StrokeSet, forms, is_joined, letters_written, stroke_sets, write_glyphs
from charmlp.rendering.strokes.forms import STEP, form_table, read_set, read_stroke
from charmlp.rendering.strokes.hands import LETTERS_OF_WRITER, Hand, make_movements
from charmlp.rendering.style import HANDWRITING, HANDWRITING_FONTS, SIGNS
from tests.sampling import in_full

CLASSES = tuple(LETTERS[:26])
STEADY = Hand(**dict.fromkeys(
    ("slant", "width", "ascender", "descender", "bend", "shift", "turn", "tremor", "flex", "nib",
     "pressure", "taper", "skip"), 0.0,
), round=(0, 0), entry=1.0, overshoot=(0, 0), pen=(3.0, 0.0))  # fmt: skip


def test_every_set_has_every_letter() -> None:
    sets = stroke_sets()
    assert len(sets) >= 4 and len({face.family for face in sets}) == len(sets)
    for face in sets:
        assert letters_written(face, LETTERS) == set(LETTERS), face
    assert letters_written(sets[0], ("A", "7", "Ω")) == {"A"}


def test_forms_keep_to_their_lines() -> None:
    """A form that strays from the lines, or jumps, is a mistake in its table."""
    for face in stroke_sets():
        slant, written = read_set(face)
        assert 0 <= slant < 0.6
        for letter, strokes in written:
            points = np.concatenate([stroke.points for stroke in strokes])
            assert points[:, 1].min() >= -60 and 40 < points[:, 1].max() <= 112, (face, letter)
            assert np.ptp(points[:, 0]) < 180, (face, letter)
            for stroke in strokes:
                steps = np.hypot(*np.diff(stroke.points, axis=0).T)
                assert steps.max() < 2 * STEP, (face, letter)
                assert stroke.entry + stroke.exit < len(stroke.points)


def test_points_lie_on_the_written_places() -> None:
    stroke = read_stroke("[0,0 10,0] 20,20 40,0! 40,40 [50,50]")
    for place in ((0, 0), (10, 0), (20, 20), (40, 0), (40, 40), (50, 50)):
        assert np.hypot(*(stroke.points - place).T).min() < STEP / 2
    assert np.hypot(*(stroke.points[stroke.entry] - (20, 20))) < STEP
    assert np.hypot(*(stroke.points[len(stroke.points) - 1 - stroke.exit] - (40, 40))) < STEP
    assert doctest.testmod(forms).attempted == 1 and doctest.testmod(forms).failed == 0


def steady_field(face: StrokeSet, letter: str) -> np.ndarray:
    """The field of a form as it stands, in pixels of distance."""
    from charmlp.rendering.strokes.tracing import trace_all

    table = form_table((face,))
    moves = make_movements(
        np.array([table.letter.index(letter)]), np.zeros(1, int), table, STEADY, np.random.default_rng(0)
    )
    return (trace_all(moves, table)[0][0].astype(float) - 128) / LEVELS


def test_a_field_is_the_distance_to_the_stroke() -> None:
    """The stick of a school's l: half its width and the distance from it, row by row."""
    face = next(face for face in stroke_sets() if face.family == "Hershey Roman Simplex")
    field = steady_field(face, "l")
    half = 3.0 * INNER / 106  # 100 high, and half a width at both ends
    columns = np.abs(np.arange(FIELD) - (FIELD / 2 - 0.5))
    expected = np.maximum(half - columns, -5)
    np.testing.assert_allclose(field[FIELD // 2], expected, atol=0.6 / LEVELS)
    assert field[2].max() == -5 and field[FIELD // 2].max() > 0


def test_the_seed_decides_and_no_two_letters_are_alike() -> None:
    wanted = np.repeat(np.arange(4), 3)
    first, again, other = (
        write_glyphs(LETTERS, wanted, tuple(stroke_sets()), np.random.default_rng(seed)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first.fields, again.fields)
    assert (first.fields != other.fields).any()
    assert len(np.unique(first.fields.reshape(len(wanted), -1), axis=0)) == len(wanted)
    assert first.face.tolist() == (np.arange(12) // LETTERS_OF_WRITER).tolist()


@pytest.mark.parametrize("style", ["hand", in_full(("all",))])
def test_any_number_of_cores_gives_the_same_pixels(style: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from charmlp.system import threads

    results = []
    for cores in (1, 2):
        monkeypatch.setattr(threads, "cores", lambda cores=cores: cores)
        letters = render(600, classes=CLASSES, norm_size=(16, 16), seed=4, style=style, cache=False)
        results.append(letters.images)
    np.testing.assert_array_equal(*results)


def test_a_style_draws_its_kinds_in_their_shares() -> None:
    """Digits, which nobody writes, are drawn from fonts alone."""
    fonts, strokes = find_fonts(texts=("A", "7"), writing="all"), stroke_sets()
    kinds = kinds_of("all", fonts, strokes)
    assert [kind.style for kind in kinds] == [SIGNS, HANDWRITING_FONTS, HANDWRITING]
    assert all(is_handwriting(font.path) for font in kinds[1].faces)
    chosen = choose_kinds(kinds, ("A", "7"), np.arange(20_000) % 2, np.random.default_rng(0))
    shares = np.bincount(chosen[::2], minlength=3) / 10_000
    np.testing.assert_allclose(shares, [1 - HAND, HAND * (1 - STROKES), HAND * STROKES], atol=0.02)
    assert set(chosen[1::2]) == {0, 1}
    assert len(kinds_of("print", fonts, strokes)) == 1
    assert {type(face).__name__ for kind in kinds_of("hand", fonts, strokes) for face in kind.faces} == {
        "Font",
        "StrokeSet",
    }


def test_what_is_held_out_is_held_out_in_every_style() -> None:
    sources = {style: open_rendered(100, style=style) for style in STYLES}
    seen = {
        style: [
            {face.family for face in (*source.fonts[split], *source.strokes[split])}
            for split in ("train", "val", "test")
        ]
        for style, source in sources.items()
    }
    for train, val, test in seen.values():
        assert train and val and test and not train & val and not train & test and not val & test
    assert not seen["all"][0] & (seen["hand"][1] | seen["print"][1] | seen["hand"][2] | seen["print"][2])
    for split in ("val", "test"):
        assert {is_joined(face) for face in sources["hand"].strokes[split]} == {True, False}
        assert len({font.family for font in sources["hand"].fonts[split]}) >= 2
    assert "sets of strokes" in sources["hand"].describe()
    assert not any(sources["print"].strokes.values())


def test_lines_on_the_paper_are_behind_the_letter() -> None:
    looks = replace(HANDWRITING, light_ink=0.0, noise=0.0, jpeg_chance=0.0, blur=1e-6)
    plain, lined = (
        render(
            60, classes=CLASSES, norm_size=(32, 32), seed=1, fonts=[], strokes=stroke_sets(), cache=False,
            style=replace(looks, line_chance=chance, line_tone=(0.5, 0.5)),
        ).images.astype(int)
        for chance in (1e-9, 1.0)
    )  # fmt: skip
    assert ((plain - lined).max(axis=(1, 2)) > 5).mean() > 0.9  # the others lie between two lines
    darkest = plain.reshape(60, -1).argmin(axis=1)
    kept = np.take_along_axis((plain - lined).reshape(60, -1), darkest[:, None], axis=1)
    assert (np.abs(kept) <= 8).mean() > 0.9  # ink covers them
