"""scikit-learn's face: a classifier of arrays, and a transformer that reads images.

    pipeline = make_pipeline(charmlp.ImageReader(), charmlp.MLPClassifier())
    pipeline.fit(paths, labels).predict(new_paths)

Only this room imports scikit-learn, and nothing below imports this room.
"""

from charmlp.estimator.classifier import MLPClassifier
from charmlp.estimator.images import ImageReader
from charmlp.estimator.parameters import ArgumentError

__all__ = ["ArgumentError", "ImageReader", "MLPClassifier"]
