import torch


class SmoothL1Loss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, target, reduction, beta):
        ctx.save_for_backward(input, target)
        ctx.beta = beta
        ctx.norm = 1.0 / input.numel() if reduction == "mean" else 1.0
        z = (input - target).abs()
        loss = torch.where(z < beta, 0.5 * z * z / beta, z - 0.5 * beta)
        return loss.sum() * ctx.norm if reduction in ("mean", "sum") else loss

    @staticmethod
    def backward(ctx, grad_output):
        input, target = ctx.saved_tensors
        x = input - target
        norm_val = ctx.norm
        grad = torch.where(
            x < -ctx.beta,
            -norm_val * grad_output,
            torch.where(x > ctx.beta, norm_val * grad_output, norm_val * x * grad_output / ctx.beta),
        )
        return grad, -grad, None, None


def smooth_l1_loss(input, target, reduction="mean", beta=1.0):
    if beta <= 0:
        return (input - target).abs().mean()
    return SmoothL1Loss.apply(input, target, reduction, beta)


if __name__ == "__main__":
    torch.manual_seed(0)
    boxes = torch.randn(6, 4, requires_grad=True)
    target = torch.randn(6, 4)
    for _ in range(5):
        (g,) = torch.autograd.grad(smooth_l1_loss(boxes, target, "sum", 0.11), boxes)
        boxes = (boxes - 0.05 * g).detach().requires_grad_()
    print(smooth_l1_loss(boxes, target).item())
