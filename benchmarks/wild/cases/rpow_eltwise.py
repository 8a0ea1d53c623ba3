import torch


class UnaryBackward:
    """Backward operations by the name of the forward one; all take (grad, input, exponent)."""

    @staticmethod
    def pow_bw(grad, input, exponent):
        return grad * exponent * torch.pow(input, exponent - 1)

    @staticmethod
    def rpow_bw(grad, input, exponent):
        result = grad * exponent * torch.pow(input, exponent - 1)
        return torch.where(input < 0, torch.full_like(result, float("nan")), result)


class Pow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, exponent):
        ctx.save_for_backward(input)
        ctx.exponent = exponent
        return torch.pow(input, exponent)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return UnaryBackward.pow_bw(grad, input, ctx.exponent), None


class RPow(torch.autograd.Function):
    """exponent ** input"""

    @staticmethod
    def forward(ctx, input, exponent):
        ctx.save_for_backward(input)
        ctx.exponent = exponent
        return torch.pow(exponent, input)

    @staticmethod
    def backward(ctx, grad):
        (input,) = ctx.saved_tensors
        return UnaryBackward.rpow_bw(grad, input, ctx.exponent), None


def rpow(input, exponent):
    return RPow.apply(input, exponent)


if __name__ == "__main__":
    x = torch.rand(2, 3, requires_grad=True)
    rpow(x, 5.0).sum().backward()
    print(x.grad)
