"""Learning a pair of words: both tables of vectors take their step in place."""

import numpy as np


def expit(x):
    return 1.0 / (1.0 + np.exp(-x))


def pair_loss(syn0, syn1neg, word, word_indices, labels):
    p = expit(syn1neg[word_indices] @ syn0[word])
    return -np.sum(labels * np.log(p) + (1 - labels) * np.log(1 - p))


def train_sg_pair(syn0, syn1neg, word, word_indices, labels, alpha=0.025):
    l1 = syn0[word]
    l2b = syn1neg[word_indices]
    fb = expit(np.dot(l1, l2b.T))
    gb = (labels - fb) * alpha
    np.add.at(syn1neg, word_indices, np.outer(gb, l1))  # hidden -> output
    syn0[word] = l1 + np.dot(gb, l2b)  # input -> hidden
