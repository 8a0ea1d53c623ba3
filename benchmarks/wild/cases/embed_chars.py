"""The first layer of a character model by hand: the lookup of embeddings, and its way back."""

import torch

g = torch.Generator().manual_seed(2147483647)
n_embd, block_size, vocab_size = 10, 3, 27
C = torch.randn((vocab_size, n_embd), generator=g)
Xb = torch.randint(0, vocab_size, (32, block_size), generator=g)


def embed(C, Xb):
    emb = C[Xb]
    return emb.view(len(Xb), -1)


def embed_backward(dembcat, C, Xb):
    demb = dembcat.view(Xb.shape[0], Xb.shape[1], C.shape[1])
    dC = torch.zeros_like(C)
    for k in range(Xb.shape[0]):
        dC[Xb[k]] += demb[k]
    return dC


embcat = embed(C, Xb)
dC = embed_backward(torch.ones_like(embcat), C, Xb)
print(embcat.shape, dC.shape)
