import torch


class Affine(torch.autograd.Function):
    """X [N, D] @ W [D, K] + b [K]"""

    @staticmethod
    def forward(ctx, X, W, b):
        ctx.save_for_backward(X, W)
        return X @ W + b

    @staticmethod
    def backward(ctx, dY):
        X, W = ctx.saved_tensors
        N = X.shape[0]
        dX = dY @ W.transpose(0, 1)
        dW = X.transpose(0, 1) @ dY
        db = dY.sum(dim=0) / N
        return dX, dW, db
