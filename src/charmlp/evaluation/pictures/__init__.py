"""Pictures of a training and of a model, each a `charmlp.drawing.canvas.Canvas`; docs/pictures.md shows them.

    loss.py         losses, accuracy and learning rate by epoch, and which epoch was kept
    confusion.py    what is read as what
    scatter.py      letters on a plane by t-SNE
    calibration.py  whether probabilities can be trusted, and what is left where only sure answers count
    letters.py      letters themselves, and how they are read
    weights.py      what the first layer looks for
    about.py        of what a picture is, and its words in English or Chinese
"""

from charmlp.evaluation.pictures.about import About
from charmlp.evaluation.pictures.calibration import accuracy_over_coverage, reliability
from charmlp.evaluation.pictures.confusion import confusion_matrix
from charmlp.evaluation.pictures.letters import contact_sheet, readings
from charmlp.evaluation.pictures.loss import loss_curve
from charmlp.evaluation.pictures.scatter import MOST_POINTS, tsne_scatter
from charmlp.evaluation.pictures.weights import first_layer

__all__ = [
    "MOST_POINTS",
    "About",
    "accuracy_over_coverage",
    "confusion_matrix",
    "contact_sheet",
    "first_layer",
    "loss_curve",
    "readings",
    "reliability",
    "tsne_scatter",
]
