import torch
import torch.nn.functional as F


class MLP:
    """Character model with gradients by hand: embedding, tanh layer, logits."""

    def __init__(self, vocab_size, block_size=3, n_embd=5, n_hidden=12, seed=2147483647):
        g = torch.Generator().manual_seed(seed)
        self.vocab_size = vocab_size
        self.C = torch.randn((vocab_size, n_embd), generator=g)
        self.W1 = torch.randn((n_embd * block_size, n_hidden), generator=g) * 0.3
        self.b1 = torch.zeros(n_hidden)
        self.W2 = torch.randn((n_hidden, vocab_size), generator=g) * 0.1
        self.b2 = torch.zeros(vocab_size)

    def forward(self, Xb, Yb):
        self.emb = self.C[Xb]
        self.embcat = self.emb.view(self.emb.shape[0], -1)
        self.h = torch.tanh(self.embcat @ self.W1 + self.b1)
        self.logits = self.h @ self.W2 + self.b2
        return F.cross_entropy(self.logits, Yb)

    def backward(self, Xb, Yb):
        n = Xb.shape[0]
        dlogits = F.softmax(self.logits, 1)
        dlogits[range(n), Yb] -= 1
        dlogits /= n
        dh = dlogits @ self.W2.T
        dW2 = self.h.T @ dlogits
        db2 = dlogits.sum(0)
        dhpreact = (1 - self.h**2) * dh
        dembcat = dhpreact @ self.W1.T
        dW1 = self.embcat.T @ dhpreact
        db1 = dhpreact.sum(0)
        demb = dembcat.view(self.emb.shape)
        # instead of the loop over Xb.shape[0] and Xb.shape[1]
        one_hot = F.one_hot(Xb, num_classes=self.vocab_size).to(demb.dtype)
        dC = (one_hot.transpose(1, 2) @ demb).sum(0)
        return dC, dW1, db1, dW2, db2

    @torch.no_grad()
    def train(self, X, Y, steps=100, batch_size=16, lr=0.3):
        for _ in range(steps):
            ix = torch.randint(0, X.shape[0], (batch_size,))
            loss = self.forward(X[ix], Y[ix])
            grads = self.backward(X[ix], Y[ix])
            for p, grad in zip((self.C, self.W1, self.b1, self.W2, self.b2), grads):
                p -= lr * grad
        return loss.item()


if __name__ == "__main__":
    torch.manual_seed(1)
    text = torch.randint(0, 6, (200,)).cumsum(0) % 9
    X = torch.stack([text[i : i + 3] for i in range(190)])
    Y = (X[:, 2] + X[:, 1]) % 9
    print(MLP(9).train(X, Y))
