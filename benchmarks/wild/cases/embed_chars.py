"""The first layer of a character model by hand: the lookup of embeddings, and its way back."""

import torch


def embed(C, Xb):
    emb = C[Xb]
    return emb.view(len(Xb), -1)


def embed_backward(dembcat, C, Xb):
    demb = dembcat.view(Xb.shape[0], Xb.shape[1], C.shape[1])
    dC = torch.zeros_like(C)
    for k in range(Xb.shape[0]):
        dC[Xb[k]] += demb[k]
    return dC
