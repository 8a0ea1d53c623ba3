"""What scikit-learn 1.5 has under other names than later ones."""

from typing import Any

try:
    from sklearn.utils.validation import validate_data as validate_data
except ImportError:  # 1.5

    def validate_data(estimator: Any, X: Any, y: Any = "no_validation", **options: Any) -> Any:
        return estimator._validate_data(X, y, **options)
