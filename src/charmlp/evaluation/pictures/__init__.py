"""Pictures of a training and of a model, each a `charmlp.drawing.canvas.Canvas`; docs/pictures.md shows them.

    loss.py         losses, accuracy and learning rate by epoch, and which epoch was kept
    confusion.py    what is read as what
    scatter.py      letters on a plane by t-SNE
    calibration.py  whether probabilities can be trusted, and what is left where only sure answers count
    letters.py      letters themselves, and how they are read
    weights.py      what the first layer looks for
    of_run.py       which of them `train` draws, and into which files
    of_test.py      which of them `test` draws
    about.py        of what a picture is, and its words in English or Chinese

Each is imported from its own file: a training needs two of them, and is quick.
"""
