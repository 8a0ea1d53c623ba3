"""When the training of an estimator ends: scikit-learn's rule."""

import numpy as np

from charmlp.training.callbacks import Callback, StopTraining
from charmlp.training.state import Epoch
from charmlp.training.trainer import Trainer


class Stopping(Callback):
    """Ends training where more than `most` epochs in a row have improved nothing by `tol` or more.

    What is to improve is the validation accuracy, or without validation the training loss.

    converged  whether that has ended it
    """

    def __init__(self, tol: float, most: float, verbose: bool) -> None:
        self.tol, self.most, self.verbose = tol, most, verbose
        self.best, self.disappointed = -np.inf, 0
        self.converged = False

    def epoch_ends(self, training: Trainer, epoch: Epoch) -> None:
        accuracy = None if epoch.validation is None else epoch.validation.accuracy
        if self.verbose:
            validation = "" if accuracy is None else f", validation accuracy = {accuracy:.6f}"
            print(f"Iteration {epoch.epoch}, loss = {epoch.loss:.8f}{validation}")
        figure = -epoch.loss if accuracy is None else accuracy
        self.disappointed = 0 if figure >= self.best + self.tol else self.disappointed + 1
        self.best = max(self.best, figure)
        if self.disappointed > self.most:
            self.converged = True
            raise StopTraining
