"""Corner pooling: each place gets the largest value from there to the bottom; (N, C, H, W)."""

import torch


class TopPool(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        output = input.clone()
        for row in range(input.shape[2] - 2, -1, -1):
            output[:, :, row] = torch.maximum(input[:, :, row], output[:, :, row + 1])
        ctx.save_for_backward(input, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        input, output = ctx.saved_tensors
        mask = (input == output).to(grad_output.dtype)
        return mask * grad_output
