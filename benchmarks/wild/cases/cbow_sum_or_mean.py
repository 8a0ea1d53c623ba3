import numpy as np


class Word2Vec:
    def __init__(self, vocab, size, cbow_mean=0, alpha=0.1, seed=1):
        rng = np.random.default_rng(seed)
        self.cbow_mean, self.alpha = cbow_mean, alpha
        self.syn0 = (rng.random((vocab, size)) - 0.5) / size
        self.syn1neg = np.zeros((vocab, size))


def context_vector(model, input_word_indices):
    l1 = np.sum(model.syn0[input_word_indices], axis=0)
    if input_word_indices and model.cbow_mean:
        l1 /= len(input_word_indices)
    return l1


def cbow_loss(model, word, negatives, input_word_indices):
    scores = model.syn1neg[[word, *negatives]] @ context_vector(model, input_word_indices)
    scores[0] = -scores[0]
    return np.sum(np.log1p(np.exp(scores)))


def train_cbow_pair(model, word, negatives, input_word_indices):
    l1 = context_vector(model, input_word_indices)
    word_indices = [word, *negatives]
    labels = np.zeros(len(word_indices))
    labels[0] = 1
    l2b = model.syn1neg[word_indices]
    fb = 1.0 / (1.0 + np.exp(-(l2b @ l1)))
    gb = (labels - fb) * model.alpha
    model.syn1neg[word_indices] += np.outer(gb, l1)
    neu1e = gb @ l2b
    if not model.cbow_mean and input_word_indices:
        neu1e /= len(input_word_indices)
    for i in input_word_indices:
        model.syn0[i] += neu1e
    return neu1e


if __name__ == "__main__":
    model = Word2Vec(6, 4)
    for epoch in range(40):
        train_cbow_pair(model, 1, [4, 5], [0, 2])
        train_cbow_pair(model, 4, [0, 1], [3, 5])
    print(cbow_loss(model, 1, [4, 5], [0, 2]))
