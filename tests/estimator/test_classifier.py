"""The classifier: what is learned, how its parameters act, how it fits scikit-learn's tools."""

from __future__ import annotations

import pickle
import warnings
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn
from numpy.typing import NDArray
from scipy.sparse import csc_matrix, csr_array
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from charmlp import MLPClassifier
from charmlp.errors import CharmlpError, UsageError
from charmlp.estimator import ArgumentError
from charmlp.system.threads import cores

Array = NDArray[Any]
BLOBS = np.random.default_rng(0)
X = np.concatenate([BLOBS.normal(size=(20, 4)) + 2 * np.eye(4)[k] for k in range(3)])
Y = np.repeat(np.array(["a", "b", "c"]), 20)
SMALL: dict[str, Any] = {
    "hidden_layer_sizes": 8, "max_iter": 30, "learning_rate_init": 0.02, "random_state": 0
}  # fmt: skip


def small(**changed: Any) -> MLPClassifier:
    return MLPClassifier(**{**SMALL, **changed})


def same(one: MLPClassifier, other: MLPClassifier, atol: float = 0.0) -> bool:
    pairs = zip(one.coefs_ + one.intercepts_, other.coefs_ + other.intercepts_, strict=True)
    return all(np.allclose(a, b, rtol=0, atol=atol) for a, b in pairs)


def test_digits_are_read() -> None:
    digits = load_digits()
    train, test, labels, truth = train_test_split(digits.data / 16, digits.target, random_state=0)
    model = MLPClassifier(max_iter=40, random_state=0).fit(train, labels)
    assert model.score(test, truth) > 0.95
    assert len(model.loss_curve_) == model.n_iter_ == 40 and model.loss_ == model.loss_curve_[-1]
    assert model.best_loss_ == min(model.loss_curve_) and not model.converged_
    assert [w.shape for w in model.coefs_] == [(64, 100), (100, 10)]
    assert model.out_activation_ == "softmax" and model.n_layers_ == 3 and model.n_outputs_ == 10
    assert model.t_ == 40 * len(labels) and not hasattr(model, "feature_names_in_")


@pytest.mark.parametrize("classes", [2, 3])
def test_words_for_classes(classes: int) -> None:
    some = slice(0, 20 * classes)
    model = small().fit(X[some], Y[some])
    assert model.score(X[some], Y[some]) > 0.9 and model.predict(X[some]).dtype == Y.dtype
    chances, scores = model.predict_proba(X[some]), model.decision_function(X[some])
    assert chances.shape == (20 * classes, classes) and np.allclose(chances.sum(1), 1)
    assert scores.shape == ((40,) if classes == 2 else (60, 3))
    guess = (scores > 0).astype(int) if classes == 2 else scores.argmax(1)
    assert (model.classes_[guess] == model.predict(X[some])).all()
    assert np.allclose(np.exp(model.predict_log_proba(X[some])), chances)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_of_the_inputs_is_computed_in(dtype: Any) -> None:
    model = small(max_iter=3).fit(X.astype(dtype), Y)
    assert {w.dtype for w in model.coefs_ + model.intercepts_} == {np.dtype(dtype)}
    assert model.predict_proba(X.astype(np.float64)).dtype == dtype


def test_sparse_inputs_give_the_same_weights() -> None:
    thin = X * (X > 0.5)
    dense = small().fit(thin, Y)
    for kind in (csr_array, csc_matrix):
        sparse = small().fit(kind(thin), Y)
        assert same(dense, sparse) and np.allclose(
            sparse.predict_proba(kind(thin)), dense.predict_proba(thin)
        )


@pytest.mark.parametrize("class_weight", [None, "balanced", {"a": 1, "b": 2, "c": 0.5}])
def test_whole_weights_equal_repetition(class_weight: Any) -> None:
    """Where one batch holds all examples; a weight of 0 equals absence."""
    weights = np.arange(60) % 4
    copies = np.repeat(np.arange(60), weights)
    model = small(class_weight=class_weight, label_smoothing=0.1, batch_size=200)
    weighted, repeated = clone(model).fit(X, Y, weights), clone(model).fit(X[copies], Y[copies])
    assert same(weighted, repeated, 1e-9) and not same(weighted, clone(model).fit(X, Y), 1e-3)
    assert weighted.loss_curve_ == pytest.approx(repeated.loss_curve_, rel=1e-9)


def test_a_weight_of_zero_is_absence_in_any_number_of_batches() -> None:
    there = np.arange(60) % 3 > 0
    model = small(batch_size=7, dropout=0.2)
    assert same(clone(model).fit(X, Y, there.astype(float)), clone(model).fit(X[there], Y[there]))


def test_class_weights_count_as_the_weights_of_their_examples() -> None:
    by_class = small(class_weight={"a": 5.0, "b": 1.0, "c": 0.5}).fit(X, Y)
    assert same(by_class, small().fit(X, Y, np.repeat([5.0, 1.0, 0.5], 20)))
    few = np.r_[0:20, 20:24]  # 20 of a, 4 of b
    balanced = small(class_weight="balanced").fit(X[few], Y[few])
    assert same(balanced, small().fit(X[few], Y[few], np.repeat([24 / 40, 24 / 8], [20, 4])))


@pytest.mark.parametrize("step", ["analytic", "compiled", "autograd"])
def test_each_step_does_the_same(step: str) -> None:
    if step == "autograd":
        pytest.importorskip("torch")
    settings = {"max_iter": 4, "batch_size": 7, "label_smoothing": 0.1, "dropout": 0.25}
    weights = BLOBS.choice([0.5, 1.0, 2.0], 60)
    one = small(**settings, step="analytic").fit(X, Y, weights)
    assert same(small(**settings, step=step).fit(X, Y, weights), one, 1e-12)


@pytest.mark.parametrize(("activation", "factor"), [("relu", 6), ("logistic", 2)])
def test_the_first_weights_are_spread_as_theirs(activation: str, factor: int) -> None:
    """After a first step of next to nothing."""
    model = small(activation=activation, hidden_layer_sizes=400, max_iter=1, learning_rate_init=1e-12)
    weights = np.concatenate([part.ravel() for part in model.fit(X, Y).coefs_[:1]])
    bound = np.sqrt(factor / 404)
    assert 0.99 * bound < np.abs(weights).max() <= bound + 1e-9
    assert abs(weights.mean()) < 0.05 * bound


def test_labels_each_for_itself() -> None:
    labels = np.stack([X[:, 0] > 1, X[:, 1] + X[:, 2] > 1, X[:, 3] > 0], axis=1).astype(int)
    model = small(max_iter=200).fit(X, labels)
    chances = model.predict_proba(X)
    assert (model.predict(X) == labels).mean() > 0.95 and model.out_activation_ == "logistic"
    assert np.array_equal(model.predict(X), chances > 0.5) and chances.shape == (60, 3)
    assert np.allclose(1 / (1 + np.exp(-model.decision_function(X))), chances)
    assert same(small(max_iter=200).fit(X, csr_array(labels)), model)
    parts = small().partial_fit(X, labels, classes=range(3))
    assert set(np.unique(parts.predict(X))) <= {0, 1}
    with pytest.raises(ArgumentError, match="as in the call before"):
        parts.partial_fit(X, Y == "a")
    with pytest.raises(ArgumentError, match="y: 3 columns are expected, not 2"):
        parts.partial_fit(X, labels[:, :2])
    for changed in ({"early_stopping": True}, {"class_weight": "balanced"}):
        with pytest.raises(ArgumentError, match=next(iter(changed))):
            small(**changed).fit(X, labels)
    with pytest.raises(ArgumentError, match="or columns of 0 and 1"):
        small().fit(X, labels * 2 + 1 + np.arange(3))


def test_seeds() -> None:
    one, same_seed, other = (small(random_state=seed).fit(X, Y) for seed in (1, 1, 2))
    assert same(one, same_seed) and not same(one, other, 1e-3)
    state = np.random.RandomState(1)
    assert not same(small(random_state=state).fit(X, Y), small(random_state=state).fit(X, Y), 1e-3)
    assert small(random_state=None).fit(X, Y).score(X, Y) > 0.5


def test_warm_start_goes_on_and_plain_fit_begins_anew() -> None:
    model = small(warm_start=True, max_iter=10).fit(X, Y)
    before = model.loss_curve_[-1]
    model.fit(X, Y)
    assert len(model.loss_curve_) == 20 and model.loss_curve_[10] < 1.1 * before < model.loss_curve_[0]
    with pytest.raises(ArgumentError, match="'d' is none of the 3 classes"):
        model.fit(X, np.where(Y == "a", "d", Y))
    plain = small(max_iter=10).fit(X, Y)
    assert same(plain, clone(plain).fit(X, Y)) and same(plain.fit(X, Y), clone(plain).fit(X, Y))


def test_partial_fit_goes_on_with_the_optimizers_memory() -> None:
    model = small()
    for _ in range(30):
        for part in range(3):
            model.partial_fit(X[part::3], Y[part::3], classes=["a", "b", "c"])
    assert model.score(X, Y) > 0.9 and len(model.loss_curve_) == 90 and model.n_iter_ == 1
    again = pickle.loads(pickle.dumps(model))
    assert same(again.partial_fit(X, Y), model.partial_fit(X, Y))
    assert set(small().partial_fit(X[:20], Y[:20], classes=["a", "b", "c"]).predict(X)) <= set("abc")


def test_partial_fit_says_what_it_cannot_do() -> None:
    with pytest.raises(ValueError, match="classes must be passed on the first call"):
        small().partial_fit(X, Y)
    with pytest.raises(ArgumentError, match="early_stopping: partial_fit sees a part"):
        small(early_stopping=True).partial_fit(X, Y, classes=["a", "b", "c"])
    with pytest.raises(ArgumentError, match="class_weight='balanced': partial_fit sees a part"):
        small(class_weight="balanced").partial_fit(X, Y, classes=["a", "b", "c"])


def test_early_stopping_keeps_the_best_epoch() -> None:
    model = small(early_stopping=True, max_iter=300, validation_fraction=0.3).fit(X, Y)
    assert model.converged_ and model.n_iter_ < 300
    assert len(model.validation_scores_) == model.n_iter_
    assert model.best_validation_score_ == max(model.validation_scores_) and model.best_loss_ is None


def test_an_own_validation_set() -> None:
    own = {"X_val": X[::3], "y_val": Y[::3]}
    model = small(early_stopping=True, tol=0.0).fit(X[1::3], Y[1::3], **own)
    assert model.score(X[::3], Y[::3]) == pytest.approx(model.best_validation_score_)
    weights = np.where(Y[::3] == "a", 1.0, 0.0)
    weighed = small(early_stopping=True).fit(X[1::3], Y[1::3], **own, sample_weight_val=weights)
    only_a = Y[::3] == "a"
    assert weighed.best_validation_score_ == pytest.approx(weighed.score(X[::3][only_a], Y[::3][only_a]))
    with pytest.raises(ArgumentError, match="X_val, y_val: a validation set is watched with"):
        small().fit(X, Y, **own)


def test_training_ends_where_the_loss_no_longer_falls() -> None:
    model = small(max_iter=10_000, tol=1e-2, n_iter_no_change=3).fit(X, Y)
    assert model.converged_ and model.n_iter_ < 1000
    curve = model.loss_curve_
    assert min(curve[-4:]) > min(curve[:-4]) - 4e-2


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"learning_rate_init": -1}, "learning_rate_init: expected a number above 0, not -1"),
        ({"activation": "rleu"}, "activation: expected one of .*did you mean 'relu'"),
        ({"solver": "lbfgs"}, "solver: expected one of sgd"),
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes: expected"),
        ({"batch_size": "all"}, "batch_size: expected a whole number"),
        ({"tol": -1}, "tol: expected"),
        ({"n_iter_no_change": 0.5}, "n_iter_no_change: expected"),
        ({"early_stopping": True, "validation_fraction": 1.0}, "validation_fraction: expected"),
        ({"class_weight": [1, 2]}, "class_weight: a dict, 'balanced' or None is expected"),
        ({"class_weight": {"a": -1.0}}, "class_weight: a weight is negative"),
    ],
)
def test_wrong_parameters_are_named(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ArgumentError, match=words) as told:
        small(**changed).fit(X, Y)
    assert isinstance(told.value, ValueError) and isinstance(told.value, UsageError)


def test_wrong_weights_are_named() -> None:
    with pytest.raises(ArgumentError, match="sample_weight: a weight is negative"):
        small().fit(X, Y, np.full(60, -1.0))
    with pytest.raises(ValueError, match="zero"):
        small().fit(X, Y, np.zeros(60))


def test_divergence_names_the_parameter() -> None:
    with pytest.raises(CharmlpError, match="lower learning_rate_init"):
        small(solver="sgd", learning_rate_init=1e30).fit(X, Y)


def test_no_hidden_layer_is_logistic_regression() -> None:
    model = small(hidden_layer_sizes=(), activation="relu", max_iter=200).fit(X, Y)
    assert (model.decision_function(X) < 0).any() and model.score(X, Y) > 0.9


def test_pickles_clones_and_joblib(tmp_path: Any) -> None:
    model = small(max_iter=5).fit(X, Y)
    joblib.dump(model, tmp_path / "model.joblib")
    for copy in (
        pickle.loads(pickle.dumps(model)),
        joblib.load(tmp_path / "model.joblib"),
        joblib.load(tmp_path / "model.joblib", mmap_mode="r"),
    ):
        assert np.array_equal(copy.predict_proba(X), model.predict_proba(X))
    assert clone(model).get_params() == model.get_params()
    assert len(pickle.dumps(model)) < 8000  # without what the optimizer remembers


def test_a_search_over_pipelines() -> None:
    grid = {"mlpclassifier__hidden_layer_sizes": [4, (8, 4)], "mlpclassifier__activation": ["tanh", "silu"]}
    search = GridSearchCV(make_pipeline(StandardScaler(), small()), grid, cv=2).fit(X, Y)
    assert search.best_score_ > 0.6
    assert cross_val_score(small(), X, Y, cv=2).min() > 0.6


@pytest.mark.full  # starts processes
def test_a_search_in_several_processes() -> None:
    grid = {"hidden_layer_sizes": [4, 8]}
    one, two = (GridSearchCV(small(), grid, cv=2, n_jobs=jobs).fit(X, Y) for jobs in (1, 2))
    assert np.array_equal(one.cv_results_["mean_test_score"], two.cv_results_["mean_test_score"])


@pytest.mark.full  # starts processes
def test_processes_of_a_search_share_the_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.delenv(limit, raising=False)
    assert cores() == joblib.cpu_count()  # so many threads work on a large net, and as many in BLAS
    there = joblib.Parallel(n_jobs=2)(joblib.delayed(cores)() for _ in range(2))
    assert there == [max(1, joblib.cpu_count() // 2)] * 2


def test_weights_are_routed() -> None:
    with sklearn.config_context(enable_metadata_routing=True):
        weighed = small(max_iter=3).set_fit_request(sample_weight=True)
        pipeline = make_pipeline(StandardScaler().set_fit_request(sample_weight=False), weighed)
        weights = np.repeat([1.0, 2.0, 3.0], 20)
        routed = pipeline.fit(X, Y, sample_weight=weights)[-1]
    scaled = StandardScaler().fit_transform(X)
    assert same(routed, small(max_iter=3).fit(scaled, Y, weights), 1e-12)


def test_lines_are_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    small(max_iter=2, verbose=True, early_stopping=True).fit(X, Y)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and lines[0].startswith("Iteration 1, loss = ") and "accuracy" in lines[0]
    small(max_iter=2).fit(X, Y)
    assert capsys.readouterr().out == ""


def test_no_warning_where_training_is_cut_short() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not small(max_iter=1, batch_size=1000).fit(X, Y).converged_
