import torch
from torch import nn
from torch.autograd import Function


class SupPixPoolFunction(Function):
    """The maximum over every superpixel: img is (N, C, H, W), spx (N, H, W) with labels 0 to K - 1."""

    @staticmethod
    def forward(ctx, img, spx):
        N, C, H, W = img.shape
        K = int(spx.max()) + 1
        out = img.new_zeros(N, C, K)
        indices = torch.zeros(N, C, K, dtype=torch.long)
        flat = img.reshape(N, C, H * W)
        for n in range(N):
            labels = spx[n].reshape(-1)
            for k in range(K):
                members = torch.nonzero(labels == k)[:, 0]
                if len(members):
                    out[n, :, k], place = flat[n][:, members].max(dim=1)
                    indices[n, :, k] = members[place]
        ctx.save_for_backward(indices, spx)
        ctx.shape = img.shape
        return out

    @staticmethod
    def backward(ctx, grad_output):
        indices, spx = ctx.saved_tensors
        N, C, H, W = ctx.shape
        grad_input = grad_output.new_zeros(N, C, H * W)
        for n in range(N):
            present = torch.unique(spx[n])
            grad_input[n].scatter_add_(1, indices[n][:, present], grad_output[n][:, present])
        return grad_input.view(N, C, H, W), None


class SupPixPool(nn.Module):
    def forward(self, img, spx):
        return SupPixPoolFunction.apply(img, spx)


if __name__ == "__main__":
    torch.manual_seed(0)
    X = torch.randn(2, 3, 6, 6, requires_grad=True)
    spx = torch.arange(6).repeat_interleave(6).reshape(6, 6).expand(2, 6, 6) // 2
    print(SupPixPool()(X, spx).shape)
    print(torch.autograd.gradcheck(SupPixPoolFunction.apply, (X.double(), spx)))
