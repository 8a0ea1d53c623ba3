import numpy as np


def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention_forward(query, key, value):
    scale = 1.0 / np.sqrt(query.shape[-1])
    weights = softmax(query @ key.T * scale)
    return weights @ value, (query, key, value, weights, scale)


def attention_backward(d_out, cache):
    query, key, value, weights, scale = cache
    d_value = weights.T @ d_out
    d_weights = d_out @ value.T
    d_scores = weights * (d_weights - np.sum(weights * d_weights, axis=-1, keepdims=True))
    d_key = d_scores.T @ query * scale
    d_query = d_scores @ key * scale
    return d_key, d_query, d_value
