"""Why a model reads a picture as it does: pixels for and against, hidden units, training letters like it.

grey ──calculus.attribute──▶ contributions ──┐
grey ──nearest──▶ training letters ──────────┴─▶ Explanation ──words──▶ sentences
                                                             └─picture──▶ PNG
"""

from charmlp.explanation.explanation import GUESSES, Explanation, Unit, check_class, explain
from charmlp.explanation.nearest import Neighbour, TrainingLetters

__all__ = ["GUESSES", "Explanation", "Neighbour", "TrainingLetters", "Unit", "check_class", "explain"]
