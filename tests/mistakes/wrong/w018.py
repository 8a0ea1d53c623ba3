import torch


class MyLoss(torch.autograd.Function):
    # 交叉熵: L = -Σ y log p
    @staticmethod
    def forward(logits, y):
        z = logits - logits.max(dim=1, keepdim=True)[0]
        p = torch.exp(z) / torch.exp(z).sum(dim=1, keepdim=True)
        eps = 1e-6
        return -torch.sum(y * torch.log(p + eps)) / logits.shape[0]

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, grad_output):
        logits, y = ctx.saved_tensors
        p = logits.softmax(dim=1)
        return (p - y).mul(grad_output).div(y.shape[0]), None
