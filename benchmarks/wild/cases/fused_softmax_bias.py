import torch


def softmax_kernel_wrapper(input, mask, bias):
    scores = input + bias if bias is not None else input
    if mask is not None:
        scores = scores.masked_fill(mask[:, :, None, None, :] == 0, -1e9)
    scores = scores - scores.amax(dim=-1, keepdim=True)
    exps = scores.exp()
    return exps / exps.sum(dim=-1, keepdim=True)


def softmax_grad_kernel_wrapper(grad_output, output):
    return output * (grad_output - (grad_output * output).sum(dim=-1, keepdim=True))


class FusedMaskBiasSoftmaxFunc(torch.autograd.Function):
    """input (B, R, H, N, N), mask (B, R, N), bias (B, 1, H, N, N)"""

    @staticmethod
    def forward(ctx, input, mask, bias):
        input_ = input.contiguous()
        mask_ = mask.contiguous()
        bias_ = bias.contiguous()
        output = softmax_kernel_wrapper(input_, mask_, bias_)
        ctx.save_for_backward(output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        (output,) = ctx.saved_tensors
        grad_input = softmax_grad_kernel_wrapper(grad_output.contiguous(), output)
        grad_bias = torch.sum(grad_input, dim=1, keepdim=True)
        return grad_input.contiguous(), grad_bias, None


fused_mask_bias_softmax = FusedMaskBiasSoftmaxFunc.apply


class SelfAttention(torch.nn.Module):
    def __init__(self, qkv_dim, n_head, c):
        super().__init__()
        self.n_head, self.c = n_head, c
        self.to_qkv = torch.nn.Linear(qkv_dim, 3 * n_head * c, bias=False)
        self.o_linear = torch.nn.Linear(n_head * c, qkv_dim)

    def forward(self, in_data, mask, bias):
        B, R, N, _ = in_data.shape
        qkv = self.to_qkv(in_data).view(B, R, N, 3, self.n_head, self.c).permute(3, 0, 1, 4, 2, 5)
        q, k, v = qkv
        weights = fused_mask_bias_softmax(q @ k.mT / self.c**0.5, mask, bias)
        out = (weights @ v).transpose(2, 3).reshape(B, R, N, self.n_head * self.c)
        return self.o_linear(out)


if __name__ == "__main__":
    torch.manual_seed(0)
    net = SelfAttention(6, 2, 3)
    x, mask = torch.randn(1, 2, 4, 6), torch.ones(1, 2, 4)
    bias = torch.zeros(1, 1, 2, 4, 4, requires_grad=True)
    net(x, mask, bias).pow(2).mean().backward()
    print(net.to_qkv.weight.grad.norm().item(), bias.grad)
