import torch


class Prod(torch.autograd.Function):
    """The product of all elements, or along one dimension."""

    @staticmethod
    def forward(ctx, input, dim=None, keepdim=False):
        ctx.dim, ctx.keepdim = dim, keepdim
        if dim is None:
            ctx.result = input.prod()
            ctx.save_for_backward(input)
            return ctx.result.clone()
        output = input.prod(dim, keepdim=keepdim)
        ctx.save_for_backward(input, output)
        return output

    @staticmethod
    def backward(ctx, grad_output):
        if ctx.dim is None:
            (input,) = ctx.saved_tensors
            zero_idx = (input == 0).nonzero()
            if len(zero_idx) == 0:
                grad_input = ctx.result / input
            elif len(zero_idx) > 1:
                grad_input = torch.zeros_like(input)
            else:
                grad_input = torch.zeros_like(input)
                at = tuple(zero_idx[0])
                others = input.clone()
                others[at] = 1.0
                grad_input[at] = others.prod()
        else:
            input, output = ctx.saved_tensors
            if not ctx.keepdim:
                grad_output, output = grad_output.unsqueeze(ctx.dim), output.unsqueeze(ctx.dim)
            grad_input = grad_output * output / input
        return grad_input, None, None


def prod(input, dim=None, keepdim=False):
    return Prod.apply(input, dim, keepdim)


if __name__ == "__main__":
    s = torch.tensor([2.0, 3.0], requires_grad=True)
    (-prod(s)).backward()
    print(s.grad)
