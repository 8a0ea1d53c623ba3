"""scikit-learn's own checks of an estimator: all pass, and none is skipped that its own classifier runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.estimator_checks import check_estimator

RUN = """
import json, sys, warnings
from sklearn.utils.estimator_checks import check_estimator
module, name = sys.argv[1:]
estimator = getattr(__import__(module, fromlist=[name]), name)()
results = check_estimator(estimator, on_skip=None, on_fail=None)
print(json.dumps([(result["check_name"], result["status"], str(result["exception"])) for result in results]))
"""


def run(module: str, name: str, *flags: str) -> list[tuple[str, str, str]]:
    """(check, status, reason) of all checks, in a process that lets array API be checked as well."""
    environment = {**os.environ, "SCIPY_ARRAY_API": "1"}
    answer = subprocess.run(
        [sys.executable, *flags, "-c", RUN, module, name],
        env=environment, capture_output=True, text=True, encoding="utf-8",
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    return [tuple(each) for each in json.loads(answer.stdout)]


def wanting(results: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Checks that did not pass; those that need pandas are left out where it is not installed."""
    return [each for each in results if each[1] != "passed" and "pandas is not installed" not in each[2]]


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_the_classifier_passes_every_check_and_no_fewer_than_theirs() -> None:
    ours = run("charmlp", "MLPClassifier", "-W", "error")
    theirs = run("sklearn.neural_network", "MLPClassifier")
    assert wanting(ours) == []
    passed = [Counter(status for _, status, _ in results)["passed"] for results in (ours, theirs)]
    assert passed[0] >= passed[1] >= 60, passed
    assert {name for name, status, _ in theirs if status == "passed"} <= {name for name, *_ in ours}


class Forgetful(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Does not check what it is given."""

    def fit(self, X: Any, y: Any) -> Forgetful:
        self.classes_ = [0, 1]
        return self

    def predict(self, X: Any) -> Any:
        return [0] * len(X)


@pytest.mark.filterwarnings("ignore")
def test_an_estimator_that_is_wrong_fails() -> None:
    results = check_estimator(Forgetful(), on_skip=None, on_fail=None)
    assert any(result["status"] == "failed" for result in results)
