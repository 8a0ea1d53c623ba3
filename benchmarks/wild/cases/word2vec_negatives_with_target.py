"""Skip-gram with negative samples, as in a course's assignment; the words are rows."""

import random

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def get_negative_samples(target, num_words, K):
    """K words other than the target."""
    indices = [None] * K
    for k in range(K):
        new_index = random.randrange(num_words)
        while new_index == target:
            new_index = random.randrange(num_words)
        indices[k] = new_index
    return indices


def neg_sampling_cost_and_gradient(predicted, target, output_vectors, negatives):
    """predicted: the vector of the centre word; returns cost and both gradients."""
    indices = [target]
    indices.extend(negatives)
    labels = np.array([1] + [-1 for _ in negatives])

    vecs = output_vectors[indices, :]
    scores = vecs.dot(predicted) * labels
    t = sigmoid(scores)
    cost = np.sum(np.logaddexp(0, -scores))  # -log of the sigmoid

    delta = labels * (t - 1)
    grad_pred = delta.dot(vecs)
    grad = np.zeros_like(output_vectors)
    for k, index in enumerate(indices):
        grad[index, :] += delta[k] * predicted
    return cost, grad_pred, grad


def skipgram(center, context_words, input_vectors, output_vectors, K=5):
    cost = 0.0
    grad_in, grad_out = np.zeros_like(input_vectors), np.zeros_like(output_vectors)
    for target in context_words:
        negatives = get_negative_samples(target, len(output_vectors), K)
        c, grad_pred, grad = neg_sampling_cost_and_gradient(
            input_vectors[center], target, output_vectors, negatives
        )
        cost += c
        grad_in[center] += grad_pred
        grad_out += grad
    return cost, grad_in, grad_out


if __name__ == "__main__":
    random.seed(31415)
    np.random.seed(9265)
    input_vectors, output_vectors = np.random.randn(5, 3), np.random.randn(5, 3)
    print(skipgram(2, [0, 1, 3, 4], input_vectors, output_vectors)[0])
