import torch


class InputRange:
    """A learned clip of the inputs, which are brought to (-1, 1)."""

    def __init__(self, size=1.0):
        self.input_range = torch.tensor([size], requires_grad=True)
        self.raw = None


class ApplyRange(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, input_range, owner):
        owner.raw = x
        ctx.owner = owner
        ctx.save_for_backward(input_range)
        return torch.clamp(x / input_range, -1, 1)

    @staticmethod
    def backward(ctx, grad_output):
        (input_range,) = ctx.saved_tensors
        x = ctx.owner.raw
        inside = x.abs() <= input_range
        grad_x = grad_output * inside / input_range
        grad_range = -(grad_output * inside * x / input_range**2).sum().reshape(1)
        return grad_x, grad_range, None


class TorchTile:
    """Weights (out, in) behind a converter of limited range."""

    def __init__(self, in_size, out_size):
        self.weight = (0.4 * torch.randn(out_size, in_size)).requires_grad_()
        self.range = InputRange(1.5)

    def forward(self, x):
        return ApplyRange.apply(x, self.range.input_range, self.range) @ self.weight.t()

    def parameters(self):
        return [self.weight, self.range.input_range]


def rows_one_by_one(tile, inp):
    return torch.stack([tile.forward(row) for row in inp])


if __name__ == "__main__":
    torch.manual_seed(0)
    tile = TorchTile(6, 2)
    inp = torch.randn(3, 6)
    for _ in range(10):
        loss = (rows_one_by_one(tile, inp) - inp[:, :2]).pow(2).mean()
        grads = torch.autograd.grad(loss, tile.parameters())
        with torch.no_grad():
            for p, g in zip(tile.parameters(), grads):
                p -= 0.1 * g
    print(loss.item(), tile.range.input_range)
