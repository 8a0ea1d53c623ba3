"""How a model reads letters of both kinds, as on signs and by hand: truth beside guess, as `make demo` ends.

    python docs/both_kinds.py demo/run demo/both_kinds.png

The letters are rendered here from fonts and sets of strokes that are held out for tests: no model that was
trained on `synth:`, of whatever style, has seen them.
"""

import sys
from pathlib import Path

from charmlp.drawing.colours import BLACK, RED
from charmlp.drawing.sheet import Block, draw_sheet
from charmlp.recognizer import Recognizer
from charmlp.rendering import open_rendered

KINDS = {"print": "as on signs", "hand": "by hand"}
LETTERS = 26


def main(model: str, picture: str) -> None:
    recognizer = Recognizer.load(model)
    size, blocks = recognizer.model.norm_size, []
    for style, words in KINDS.items():
        source = open_rendered(10 * LETTERS, recognizer.classes, style=style, held_out=LETTERS)
        letters = source.load("test", size)
        letters = letters.take(letters.labels.argsort())
        truths = [letters.classes[label] for label in letters.labels]
        guesses = [answer.prediction for answer in recognizer.predict_grey(letters.images)]
        right = [truth == guess for truth, guess in zip(truths, guesses, strict=True)]
        print(f"{words}, {sum(right)} of {len(right)} read: truth above, guess below")
        print("  " + " ".join(truths))
        print("  " + " ".join(str(guess) for guess in guesses))
        pairs = zip(truths, guesses, right, strict=True)
        shown = [[(f"{truth} → {guess}", BLACK if fine else RED)] for truth, guess, fine in pairs]
        blocks.append(Block(f"{words}: truth → guess", letters.images, shown))
    print("picture", draw_sheet(blocks, columns=13).save(Path(picture)))


if __name__ == "__main__":
    main(*sys.argv[1:])
