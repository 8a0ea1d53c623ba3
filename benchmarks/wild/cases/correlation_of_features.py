import torch


def rearrange(input, out, reach):
    """Writes input (B, C, H, W) into the middle of out (B, H + 2r, W + 2r, C)."""
    out[:, reach : out.size(1) - reach, reach : out.size(2) - reach] = input.permute(0, 2, 3, 1)


class FunctionCorrelation(torch.autograd.Function):
    @staticmethod
    def forward(ctx, one, two, reach):
        B, C, H, W = one.shape
        rbot0 = one.new_zeros(B, H + 2 * reach, W + 2 * reach, C)
        rbot1 = one.new_zeros(B, H + 2 * reach, W + 2 * reach, C)
        ctx.save_for_backward(rbot0, rbot1)
        ctx.reach = reach

        rearrange(one, rbot0, reach)
        rearrange(two, rbot1, reach)

        size = 2 * reach + 1
        output = one.new_zeros(B, size * size, H, W)
        middle = rbot0[:, reach : reach + H, reach : reach + W]
        for k in range(size * size):
            i, j = divmod(k, size)
            output[:, k] = (middle * rbot1[:, i : i + H, j : j + W]).sum(-1) / C
        return output

    @staticmethod
    def backward(ctx, grad_output):
        rbot0, rbot1 = ctx.saved_tensors
        reach = ctx.reach
        _, _, H, W = grad_output.shape
        C = rbot0.size(3)
        size = 2 * reach + 1
        grad_one = torch.zeros_like(rbot0[:, :H, :W])
        grad_two = torch.zeros_like(rbot1)
        middle = rbot0[:, reach : reach + H, reach : reach + W]
        for k in range(size * size):
            i, j = divmod(k, size)
            g = grad_output[:, k, :, :, None] / C
            grad_one += g * rbot1[:, i : i + H, j : j + W]
            grad_two[:, i : i + H, j : j + W] += g * middle
        grad_two = grad_two[:, reach : reach + H, reach : reach + W]
        return grad_one.permute(0, 3, 1, 2), grad_two.permute(0, 3, 1, 2), None


class ModuleCorrelation(torch.nn.Module):
    def forward(self, tenFirst, tenSecond):
        return FunctionCorrelation.apply(tenFirst, tenSecond, 4)


if __name__ == "__main__":
    first, second = torch.randn(1, 3, 6, 5, requires_grad=True), torch.randn(1, 3, 6, 5)
    out = ModuleCorrelation()(first, second)
    out.mean().backward()
    print(out.shape, first.grad.abs().mean())
