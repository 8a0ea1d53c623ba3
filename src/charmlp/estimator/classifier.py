"""scikit-learn's MLPClassifier, trained by charmlp's steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import _check_partial_fit_first_call
from sklearn.utils.validation import check_is_fitted

from charmlp import calculus
from charmlp.calculus.elements import Array
from charmlp.config import TrainingConfig
from charmlp.errors import CharmlpError
from charmlp.estimator.compatibility import validate_data
from charmlp.estimator.examples import Examples, feed_of
from charmlp.estimator.parameters import ArgumentError, config_of, with_seed
from charmlp.estimator.start import start
from charmlp.estimator.stopping import Stopping
from charmlp.estimator.targets import checked, classes_in, numbered
from charmlp.training.order import Order
from charmlp.training.randomness import START, generator
from charmlp.training.state import StepState
from charmlp.training.steps.choice import check_step, choose_step
from charmlp.training.steps.parameters import Parameters
from charmlp.training.trainer import Trainer, read

FLOATS = (np.float64, np.float32)


class MLPClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A multilayer perceptron on arrays N×D of any width, dense or sparse, in scikit-learn's manner.

    Trained is L = −(1/S) Σₙₖ uₙ tₙₖ log softmax(zₙ)ₖ of a batch, where uₙ is the weight of example n (its
    `sample_weight` times its class's weight), S = Σₙ uₙ, and t is 1 at the label and 0 elsewhere, smoothed.
    Where y is N×K of 0 and 1, K labels are each for itself: t = y, and the sum over them of the
    cross-entropies of σ(z) takes the place of softmax's. It computes in float64 for inputs of float64 (and of
    integers), in float32 for those of float32.

    Parameters that scikit-learn's `MLPClassifier` has mean the same here; docs/estimator.md has a table.

    hidden_layer_sizes   units of each hidden layer; (): none
    activation           identity, logistic, or a name in `charmlp.calculus.ACTIVATIONS`: tanh, relu, …
    solver               sgd, adagrad, rmsprop, adam, adadelta or adamw, as torch defines them
    weight_decay         λ of the penalty λ‖θ‖²/2 on all parameters; with adamw decoupled from the gradient
    batch_size           examples an update; "auto": min(200, N)
    learning_rate        constant, or cosine: down to 0 over `max_iter` epochs
    learning_rate_init   η
    max_iter             epochs at most
    momentum             of sgd, classic
    clip_norm            largest norm of the gradient; 0: no limit
    dropout              share of hidden units dropped in training; `input_dropout` of inputs
    label_smoothing      share of each target spread over all classes
    class_weight         None, "balanced", or a dict {class: weight}; an example counts that much more
    early_stopping       watch the accuracy on a validation set, and keep the best epoch's weights: the set
                         handed to `fit`, or else `validation_fraction` of the examples, which are not learned
    tol, n_iter_no_change  training ends after more than so many epochs in a row that improve by less than
                         `tol`: the validation accuracy, or without early stopping the training loss
    warm_start           `fit` begins with the weights that are there
    random_state         seed of every random number: an integer, a `RandomState`, or None
    verbose              print a line an epoch
    step                 auto, analytic, compiled or autograd: how an update is computed

    After `fit`: `classes_`, `coefs_` (D×K of each layer), `intercepts_`, `n_iter_`, `loss_curve_` (mean loss
    of each epoch's updates, without penalty), `loss_`, `best_loss_`, `validation_scores_`,
    `best_validation_score_`, `converged_` (whether training ended by `tol`; there is no warning where it did
    not), `step_` (which one trained), `t_`, `n_layers_`, `n_outputs_`, `out_activation_`, `n_features_in_`,
    and `feature_names_in_` where names were given.

    Raises `ArgumentError`, a `ValueError`, for parameters and weights that are not allowed, `CharmlpError`
    where the loss becomes infinite; about X and y scikit-learn raises its usual `ValueError`.
    """

    coefs_: list[Array]
    intercepts_: list[Array]
    loss_curve_: list[float]
    validation_scores_: list[float] | None

    def __init__(
        self,
        hidden_layer_sizes: Any = (100,),
        activation: str = "relu",
        *,
        solver: str = "adam",
        weight_decay: float = 0.0,
        batch_size: int | str = "auto",
        learning_rate: str = "constant",
        learning_rate_init: float = 0.001,
        max_iter: int = 200,
        momentum: float = 0.9,
        clip_norm: float = 0.0,
        dropout: float = 0.0,
        input_dropout: float = 0.0,
        label_smoothing: float = 0.0,
        class_weight: Any = None,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        tol: float = 1e-4,
        n_iter_no_change: float = 10,
        warm_start: bool = False,
        random_state: Any = None,
        verbose: bool = False,
        step: str = "auto",
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.momentum = momentum
        self.clip_norm = clip_norm
        self.dropout = dropout
        self.input_dropout = input_dropout
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.tol = tol
        self.n_iter_no_change = n_iter_no_change
        self.warm_start = warm_start
        self.random_state = random_state
        self.verbose = verbose
        self.step = step

    # Training

    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        X_val: Any = None,
        y_val: Any = None,
        sample_weight_val: Any = None,
    ) -> MLPClassifier:
        """Train on X: N×D and labels y: N, numbers or texts; or N×K of 0 and 1: labels each for itself.

        With early stopping, `X_val`, `y_val` and `sample_weight_val` are an own validation set.
        """
        fresh = not (self.warm_start and hasattr(self, "coefs_"))
        config = self._config(fresh)
        X, labels = self._validated(X, y, fresh, known=not fresh)
        if self.early_stopping and labels.ndim == 2:
            raise ArgumentError("early_stopping: of examples with one class each only")
        examples = Examples.weighed(X, labels, sample_weight, self.class_weight, self.classes_)
        watched = None
        if X_val is not None or y_val is not None:
            if not self.early_stopping:
                raise ArgumentError("X_val, y_val: a validation set is watched with early_stopping=True only")
            X_val, labels_val = self._validated(X_val, y_val, False, dtype=X.dtype)
            watched = Examples.weighed(X_val, labels_val, sample_weight_val, self.class_weight, self.classes_)
        elif self.early_stopping:
            examples, watched = self._split(examples, config.seed)
        if fresh:
            self._forget()
        stopping = Stopping(self.tol, self.n_iter_no_change, self.verbose)
        self._train(config, examples, watched, stopping)
        del self._memory  # of the optimizer: `fit` begins anew, and a pickle is half as large
        return self

    def partial_fit(self, X: Any, y: Any, classes: Any = None, sample_weight: Any = None) -> MLPClassifier:
        """Train one epoch on X and y, from where the last call left off.

        The first call is told all `classes`. `early_stopping` and class_weight="balanced" need all examples
        at once: they raise `ArgumentError`.
        """
        fresh = not hasattr(self, "coefs_")
        config = self._config(fresh, epochs=1)
        if self.early_stopping:
            raise ArgumentError("early_stopping: partial_fit sees a part of the examples; use fit")
        if isinstance(self.class_weight, str):
            raise ArgumentError(
                f"class_weight={self.class_weight!r}: partial_fit sees a part of the examples; give a dict"
            )
        if _check_partial_fit_first_call(self, classes):
            self._forget()
        X, labels = self._validated(X, y, fresh)
        examples = Examples.weighed(X, labels, sample_weight, self.class_weight, self.classes_)
        self._train(config, examples, None, Stopping(self.tol, np.inf, self.verbose))
        return self

    def _config(self, fresh: bool, epochs: int | None = None) -> TrainingConfig:
        """The settings; each call that goes on from another one draws other random numbers."""
        config = config_of(self.get_params(deep=False))
        check_step(config)
        seed = int(check_random_state(self.random_state).randint(2**31 - 1))
        return with_seed(config, seed if fresh else seed + len(self.loss_curve_), epochs)

    def _validated(
        self, X: Any, y: Any, fresh: bool, known: bool = True, dtype: Any = None
    ) -> tuple[Any, Array]:
        """X as floats, and the numbers of the classes of y; `known`: the classes are there already."""
        dtype = dtype or (FLOATS if fresh else self.coefs_[0].dtype)
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=dtype, order="C", multi_output=True, reset=fresh
        )
        y = checked(y)
        if fresh:
            self._each_for_itself = y.ndim == 2
        elif self._each_for_itself != (y.ndim == 2):
            raise ArgumentError(
                "y: a class for each example, or columns of labels, but as in the call before"
            )
        if not known:
            self.classes_ = classes_in(y)
        return X, numbered(y, self.classes_)

    def _split(self, examples: Examples, seed: int) -> tuple[Examples, Examples]:
        """What is learned, and what is watched: of every class its share."""
        numbers = np.arange(len(examples))
        learned, watched = train_test_split(
            numbers, test_size=self.validation_fraction, random_state=seed, stratify=examples.labels
        )
        return examples.take(learned), examples.take(watched)

    def _forget(self) -> None:
        """Begin anew."""
        for name in ("coefs_", "intercepts_", "_memory"):
            self.__dict__.pop(name, None)
        self.loss_curve_, self.validation_scores_, self.t_ = [], None, 0

    def _train(
        self, config: TrainingConfig, examples: Examples, watched: Examples | None, stopping: Stopping
    ) -> None:
        """Train from the weights that are there, if any, and note how it went."""
        order = Order(config, len(self.classes_), examples.labels)
        feed, validation = examples.feed(), None if watched is None else watched.feed()
        sizes = (feed.width, *config.hidden_size, order.n_classes)
        step_name, _ = choose_step(config, sizes, config.epochs * order.updates)
        trainer = Trainer(config, order, feed, validation, step_name=step_name, callbacks=stopping)
        self._take_up(trainer)
        try:
            trainer.run()
        except CharmlpError as error:
            raise CharmlpError(str(error).replace("--lr", "learning_rate_init").replace("--", "")) from None
        assert trainer.kept.parameters is not None
        learned = Parameters.of(trainer.sizes, trainer.kept.parameters)
        self.coefs_ = [weight.T for weight in learned.weights]
        self.intercepts_ = learned.biases
        self._memory = trainer.step.state()
        self._note(trainer, stopping)
        if isinstance(trainer.stopped, KeyboardInterrupt):
            raise trainer.stopped  # a search over many fits is to end, too; what was learned is kept

    def _take_up(self, trainer: Trainer) -> None:
        """Let a trainer begin with the weights that are there, and what the optimizer remembers of them."""
        state, config = trainer.step.state(), trainer.config
        remembered: StepState = getattr(self, "_memory", state)
        if remembered.arrays.keys() != state.arrays.keys():  # another solver
            remembered = state
        if hasattr(self, "coefs_"):
            layers = zip(self.coefs_, self.intercepts_, strict=True)
            flat = np.concatenate([part.ravel() for weight, bias in layers for part in (weight.T, bias)])
        else:
            dtype = state.arrays["parameters"].dtype
            flat = start(trainer.sizes, config.act_type, generator(config.seed, START), dtype).flat
        trainer.step.restore(StepState({**remembered.arrays, "parameters": flat}, remembered.updates))

    def _note(self, trainer: Trainer, stopping: Stopping) -> None:
        """The attributes that say how it went."""
        self.loss_curve_ += [epoch.loss for epoch in trainer.history]
        scores = [epoch.validation.accuracy for epoch in trainer.history if epoch.validation is not None]
        self.validation_scores_ = (self.validation_scores_ or []) + scores if scores else None
        self.loss_ = self.loss_curve_[-1]
        self.best_loss_ = None if scores else min(self.loss_curve_)
        self.best_validation_score_ = max(scores) if scores else None
        self.converged_ = stopping.converged
        self.n_iter_ = len(trainer.history)
        self.t_ += self.n_iter_ * len(trainer.order)
        self.n_layers_, self.n_outputs_ = len(trainer.sizes), len(self.classes_)
        self.out_activation_ = "logistic" if self._each_for_itself else "softmax"
        self._act_type = trainer.config.act_type
        self.step_ = type(trainer.step).__name__.removesuffix("Step").lower()

    # Prediction

    def predict(self, X: Any) -> Array:
        """The most probable class of each example, N; of labels each for itself 0 or 1, N×K."""
        logits = self._logits(X)
        if self._each_for_itself:
            return (logits > 0).astype(np.int64)
        return np.asarray(self.classes_[logits.argmax(axis=1)])

    def predict_proba(self, X: Any) -> Array:
        """softmax of the logits, N×K, in the order of `classes_`; σ of them for labels each for itself."""
        return np.asarray(np.exp(self.predict_log_proba(X)))

    def predict_log_proba(self, X: Any) -> Array:
        """Its logarithm, N×K, without a logarithm of 0."""
        logits = self._logits(X)
        if self._each_for_itself:
            return np.asarray(-np.logaddexp(0, -logits))
        return calculus.log_softmax(logits)

    def decision_function(self, X: Any) -> Array:
        """The logits, N×K; of two classes the second's minus the first's, N."""
        logits = self._logits(X)
        binary = len(self.classes_) == 2 and not self._each_for_itself
        return logits[:, 1] - logits[:, 0] if binary else logits

    def _logits(self, X: Any) -> Array:
        check_is_fitted(self)
        dtype = self.coefs_[0].dtype
        X = validate_data(self, X, accept_sparse="csr", dtype=dtype, order="C", reset=False)
        feed = feed_of(X, np.zeros(X.shape[0], np.int64))
        return read(self._act_type, [weight.T for weight in self.coefs_], self.intercepts_, feed)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.classifier_tags.multi_label = True
        return tags

    def _more_tags(self) -> dict[str, Any]:  # the same for scikit-learn 1.5
        return {"multilabel": True}
