"""Who writes, with which pen, and how each letter comes out: chances and ranges become one movement a letter.

Every random number is drawn here, by one generator, but for what changes along a stroke, which each letter
draws by a seed of its own. Letters come in the hands of writers: `LETTERS_OF_WRITER` in a row share slant,
proportions and pen, so that a neighbour in the picture is by the same hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from charmlp.rendering.glyphs import GlyphTable
from charmlp.rendering.strokes.forms import FormTable, StrokeSet, form_table

LETTERS_OF_WRITER = 8
WAVES = 3  # of which a letter's bending is the sum

Column = NDArray[np.float64]


@dataclass(frozen=True)
class Hand:
    """How people write: lengths are in parts of the units of `forms`, spreads are standard deviations.

    Where a range is for a writer, each letter strays a little from it, by `unsteady` of the spread.
    """

    slant: float = 0.16  # of a writer from the set's: sideways to height
    width: float = 0.18  # of the logarithm of a letter's width
    ascender: float = 0.18  # of the logarithm of the height above an x
    descender: float = 0.25  # of the logarithm of the depth below the line
    unsteady: float = 0.5  # how far a letter strays from its writer, in parts of those spreads
    bend: float = 3.2  # of the waves that bend a letter
    bend_rate: float = 0.035  # of the waves: radians to a unit
    shift: float = 2.0  # of each stroke's place
    turn: float = 0.05  # of each stroke's direction, in radians; also of the logarithm of its size
    tremor: float = 0.5  # of each point, along and across
    round: tuple[float, float] = (0.0, 10.0)  # how often points are averaged with their neighbours
    entry: float = 0.5  # how often a letter has its entry stroke, and its exit stroke; otherwise a part of it
    overshoot: tuple[float, float] = (-4.0, 5.0)  # how far a stroke ends beyond its place

    pen: tuple[float, float] = (3.6, 0.36)  # half the width of a stroke: median, and spread of its logarithm
    flex: float = 0.25  # mean of how much wider strokes down are
    nib: float = 0.3  # how often the pen is flat
    flatness: tuple[float, float] = (0.2, 0.7)  # how much thinner its strokes are along the nib
    pressure: float = 0.12  # of the width along a stroke
    taper: float = 0.25  # how often strokes end thin
    skip: float = 0.08  # how often the ink fails here and there


_NUMBERS = (
    "slant width ascender descender shift turn tremor round entry exit overshoot_first overshoot_last",
    "pen flex flatness nib_angle pressure taper skip",
)
MOVEMENT = np.dtype(
    [("seed", np.uint64), ("form", np.int32)]
    + [(name, np.float32) for names in _NUMBERS for name in names.split()]
    + [(name, np.float32, WAVES) for name in ("wave_x", "wave_y", "wave_phase", "bend_x", "bend_y")],
    align=True,
)


def write_glyphs(
    letters: Sequence[str],
    wanted: NDArray[np.int64],
    sets: tuple[StrokeSet, ...],
    generator: np.random.Generator,
) -> GlyphTable:
    """A glyph of its own for each of N wanted letters, numbers of `letters`; a face of the table is a writer.

    Every set writes as often as any other that has the letter, and a set each of its forms.
    """
    from charmlp.rendering.strokes.tracing import trace_all  # compiled code, loaded when it is needed

    table = form_table(sets)
    writer = np.arange(len(wanted)) // LETTERS_OF_WRITER
    forms = choose_forms(letters, wanted, table, generator)
    movements = make_movements(forms, writer, table, Hand(), generator)
    fields, hulls, scale, middle = trace_all(movements, table)
    return GlyphTable(fields=fields, hulls=hulls, scale=scale, middle=middle, text=wanted, face=writer)


def choose_forms(
    letters: Sequence[str], wanted: NDArray[np.int64], table: FormTable, generator: np.random.Generator
) -> NDArray[np.int64]:
    """A form of each wanted letter."""
    forms = np.empty(len(wanted), np.int64)
    written = np.array(table.letter)
    for number in np.unique(wanted):
        choices = np.flatnonzero(written == letters[number])
        chances = 1 / np.bincount(table.family[choices])[table.family[choices]]
        where = np.flatnonzero(wanted == number)
        forms[where] = generator.choice(choices, len(where), p=chances / chances.sum())
    return forms


def make_movements(
    forms: NDArray[np.int64],
    writer: NDArray[np.int64],
    table: FormTable,
    hand: Hand,
    generator: np.random.Generator,
) -> NDArray[np.void]:
    """One record of `MOVEMENT` for each form, by the hand of its writer."""
    count, writers = len(forms), int(writer[-1]) + 1 if len(writer) else 0
    moves = np.zeros(count, MOVEMENT)

    def by_writer(spread: float) -> Column:
        return generator.normal(0, spread, writers)[writer] + generator.normal(
            0, spread * hand.unsteady, count
        )

    def of_writer(low: float, high: float) -> Column:
        return generator.uniform(low, high, writers)[writer]

    def happens(chance: float) -> NDArray[np.bool_]:
        return (generator.random(writers) < chance)[writer]

    moves["seed"] = generator.integers(1, 2**63, count, dtype=np.uint64)
    moves["form"] = forms
    moves["slant"] = table.slants[table.family[forms]] + by_writer(hand.slant)
    for name in ("width", "ascender", "descender"):
        moves[name] = np.exp(by_writer(getattr(hand, name)))
    care = np.exp(generator.normal(0, 0.5, writers))[writer]  # some write more carefully than others
    for name in ("shift", "turn", "tremor"):
        moves[name] = care * getattr(hand, name)
    moves["round"] = of_writer(*hand.round)
    for name in ("entry", "exit"):
        whole = generator.random(count) < hand.entry
        moves[name] = np.where(whole, 1, generator.uniform(-0.5, 1, count).clip(0))
    for name in ("overshoot_first", "overshoot_last"):
        moves[name] = generator.uniform(*hand.overshoot, count)

    pens = hand.pen[0] * np.exp(
        generator.normal(0, hand.pen[1], writers).clip(-2 * hand.pen[1], 2 * hand.pen[1])
    )
    moves["pen"] = pens[writer]
    moves["flex"] = generator.exponential(hand.flex, writers)[writer]
    moves["flatness"] = happens(hand.nib) * of_writer(*hand.flatness)
    moves["nib_angle"] = of_writer(0.3, 1.2)
    moves["pressure"] = generator.exponential(hand.pressure, writers)[writer]
    moves["taper"] = happens(hand.taper) * of_writer(0.4, 1)
    moves["skip"] = happens(hand.skip)

    angle = generator.uniform(0, 2 * np.pi, (count, WAVES))
    rate = hand.bend_rate * generator.uniform(0.5, 1.5, (count, WAVES))
    moves["wave_x"], moves["wave_y"] = rate * np.cos(angle), rate * np.sin(angle)
    moves["wave_phase"] = generator.uniform(0, 2 * np.pi, (count, WAVES))
    for name in ("bend_x", "bend_y"):
        moves[name] = care[:, None] * generator.normal(0, hand.bend / np.sqrt(WAVES / 2), (count, WAVES))
    return moves
