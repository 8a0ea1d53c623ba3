import numpy as np


class SoftMaxDecoder:
    """Reads a category out of a layer's activity, and does not feed back."""

    def __init__(self, ncats, ninputs, lrate=0.1, seed=0):
        self.ncats, self.ninputs, self.lrate = ncats, ninputs, lrate
        self.weights = 0.1 * np.random.default_rng(seed).normal(size=(ncats, ninputs))
        self.inputs = np.zeros(ninputs)
        self.net = np.zeros(ncats)
        self.act = np.zeros(ncats)

    def forward(self, inputs):
        self.inputs = inputs
        self.net = self.weights @ inputs
        exps = np.exp(self.net - self.net.max())
        self.act = exps / exps.sum()
        return self.act

    def sse(self, targ):
        return 0.5 * np.sum((self.act - targ) ** 2)

    def back(self, targ):
        dwts = np.zeros_like(self.weights)
        for i in range(self.ncats):
            out = self.act[i]
            delta = (out - targ[i]) * out * (1 - out)
            for j in range(self.ninputs):
                dwts[i, j] = delta * self.inputs[j]
        return dwts

    def train(self, inputs, cat):
        targ = np.zeros(self.ncats)
        targ[cat] = 1
        self.forward(inputs)
        err = self.sse(targ)
        self.weights -= self.lrate * self.back(targ)
        return err


if __name__ == "__main__":
    rng = np.random.default_rng(1)
    dec = SoftMaxDecoder(3, 6)
    pats = rng.normal(size=(3, 6))
    for epoch in range(40):
        total = sum(dec.train(pats[c], c) for c in range(3))
    print(total)
