"""Training: one loop, and steps that change the weights."""

from charmlp.training.run import Reporter, Run, train

__all__ = ["Reporter", "Run", "train"]
