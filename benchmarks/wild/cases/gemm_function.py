"""Products of matrices by a kernel that is made for its sizes, with its own gradients."""

import torch


class Gemm:
    def __init__(self, M, N, K, trans_A=False, trans_B=False):
        self.shape = M, N, K
        self.trans_A, self.trans_B = trans_A, trans_B

    def __call__(self, A, B):
        if self.trans_A:
            A = A.transpose(-1, -2)
        if self.trans_B:
            B = B.transpose(-1, -2)
        assert (A.shape[-2], B.shape[-1], A.shape[-1]) == self.shape
        return A @ B


class MatMulFunc(torch.autograd.Function):
    @staticmethod
    def forward(ctx, A, B):
        ctx.save_for_backward(A, B)
        (M, K), N = A.shape, B.shape[1]
        return Gemm(M, N, K)(A, B)

    @staticmethod
    def backward(ctx, dY):
        A, B = ctx.saved_tensors
        (M, K), N = A.shape, B.shape[1]
        da = Gemm(M, K, N, trans_B=False)(dY, B)
        db = Gemm(K, N, M, trans_A=False)(A, dY)
        return da, db


class Matmul(torch.nn.Module):
    def forward(self, A, B):
        return MatMulFunc.apply(A, B)


if __name__ == "__main__":
    A = torch.randn(16, 16, requires_grad=True)
    B = torch.randn(16, 16, requires_grad=True)
    out = Matmul()(A, B)
    out.backward(torch.randn_like(out))
    print(torch.allclose(out, A @ B), A.grad.shape, B.grad.shape)
