import torch


class fc(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        n, d = x.shape
        k = w.shape[0]
        y = torch.zeros(n, k)
        for i in range(n):
            for j in range(k):
                y[i, j] = (x[i] * w[j]).sum() + b[j]
        ctx.x, ctx.w = x.float(), w.float()
        return y

    @staticmethod
    def backward(ctx, dy):
        n, k = dy.shape
        dx, dw, db = torch.zeros(ctx.x.shape), torch.zeros(ctx.w.shape), torch.zeros(k)
        for i in range(n):
            for j in range(k):
                dx[i] += dy[i, j] * ctx.w[j]
                dw[j] += dy[i, j] * ctx.x[i]
                db[j] += dy[i, j] / n
        return dx, dw, db
