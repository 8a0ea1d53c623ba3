import numpy as np


def l1_loss(logits, targets):
    """The L1 loss of the predicted fractions, and its gradient."""
    diff = logits - targets
    loss = np.mean(np.square(diff))
    return loss, 2 * diff / diff.size
