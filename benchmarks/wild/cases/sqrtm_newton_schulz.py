import torch
from torch import nn
from torch.autograd import Function


class Sqrtm(Function):
    """Square roots of a batch of matrices by iterN steps of Newton-Schulz, divided by the trace first."""

    @staticmethod
    def forward(ctx, x, iterN):
        batchSize, dim, _ = x.shape
        I3 = 3.0 * torch.eye(dim, dtype=x.dtype).expand(batchSize, dim, dim)
        normA = x.diagonal(dim1=1, dim2=2).sum(dim=1)
        A = x / normA.view(batchSize, 1, 1)
        Y = [A]
        Z = [torch.eye(dim, dtype=x.dtype).expand(batchSize, dim, dim)]
        for i in range(iterN):
            ZY = 0.5 * (I3 - Z[i].bmm(Y[i]))
            Y.append(Y[i].bmm(ZY))
            Z.append(ZY.bmm(Z[i]))
        ctx.save_for_backward(x, normA, *Y, *Z)
        ctx.iterN = iterN
        return Y[-1] * torch.sqrt(normA).view(batchSize, 1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        iterN = ctx.iterN
        x, normA, *saved = ctx.saved_tensors
        Y, Z = saved[: iterN + 1], saved[iterN + 1 :]
        batchSize, dim, _ = x.shape
        I3 = 3.0 * torch.eye(dim, dtype=x.dtype).expand(batchSize, dim, dim)
        root = torch.sqrt(normA)

        der_postCom = grad_output * root.view(batchSize, 1, 1)
        der_postComAux = (grad_output * Y[-1]).sum(dim=(1, 2)) / (2 * root)
        dldY, dldZ = der_postCom, torch.zeros_like(der_postCom)
        for i in range(iterN - 1, -1, -1):
            YZ = I3 - Y[i].bmm(Z[i])
            ZY = I3 - Z[i].bmm(Y[i])
            dldZY = 0.5 * (Y[i].bmm(dldY) + dldZ.bmm(Z[i]))
            dldY, dldZ = (
                0.5 * dldY.bmm(ZY) - Z[i].bmm(dldZY),
                0.5 * ZY.bmm(dldZ) - dldZY.bmm(Y[i]),
            )

        grad_input = dldY / normA.view(batchSize, 1, 1)
        grad_aux = (dldY * x).sum(dim=(1, 2))
        for i in range(batchSize):
            grad_input[i] += (der_postComAux[i] - grad_aux[i] / normA[i] ** 2) * torch.eye(dim, dtype=x.dtype)
        return grad_input, None


class MPNCOV(nn.Module):
    """Covariance pooling: the root of the covariance of the channels."""

    def __init__(self, iterNum=3):
        super().__init__()
        self.iterNum = iterNum

    def forward(self, x):
        x = x.flatten(2)
        x = x - x.mean(dim=2, keepdim=True)
        return Sqrtm.apply(x.bmm(x.transpose(1, 2)) / x.shape[2], self.iterNum)


if __name__ == "__main__":
    torch.manual_seed(0)
    x = torch.randn(2, 4, 5, 5, requires_grad=True)
    MPNCOV()(x).sum().backward()
    print(x.grad.norm())
