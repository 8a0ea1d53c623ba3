import numpy as np


def rank_and_hinge_loss(pos_score, neg_score, margin=1.0):
    """Pairs of which the first is to get a score that is larger by the margin; mean over the pairs."""
    loss = margin - (neg_score - pos_score)
    active = loss > 0
    n = len(loss)
    d_pos = np.where(active, -1.0, 0.0) / n
    d_neg = np.where(active, 1.0, 0.0) / n
    return np.sum(loss[active]) / n, (d_pos, d_neg)
