import numpy as np


def softmax(logits):
    e = np.exp(logits - np.max(logits, axis=-1, keepdims=True))
    return e / np.sum(e, axis=-1, keepdims=True)


def log_softmax(logits):
    shifted = logits - np.max(logits, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


def softmax_cross_entropy_with_logits(labels, logits):
    return -np.sum(labels * log_softmax(logits), axis=-1)


def entropy(logits):
    probs = softmax(logits)
    return softmax_cross_entropy_with_logits(labels=probs, logits=logits)


def entropy_gradient(logits, upstream=1.0):
    """Through the labels as well as through the logits."""
    probs, log_probs = softmax(logits), log_softmax(logits)
    upstream = np.asarray(upstream)[..., np.newaxis]

    d_probs = -log_probs * upstream
    through_labels = probs * (d_probs - np.sum(d_probs * probs, axis=-1, keepdims=True))
    through_logits = (np.sum(probs, axis=-1, keepdims=True) * softmax(logits) - probs) * upstream
    return through_labels + through_logits


def maximize_entropy(logits, steps=100, learning_rate=1.0):
    for _ in range(steps):
        logits = logits + learning_rate * entropy_gradient(logits)
    return logits


if __name__ == "__main__":
    logits = np.random.default_rng(0).normal(size=(2, 4))
    print(entropy(logits))
    print(entropy(maximize_entropy(logits)), np.log(4))
