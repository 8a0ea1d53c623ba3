"""Gradients of elementwise functions for a tensor type that autograd does not know."""

import torch


class GradMul(torch.autograd.Function):
    @staticmethod
    def forward(ctx, self, other):
        ctx.save_for_backward(self, other)
        return self * other

    @staticmethod
    def backward(ctx, grad):
        self, other = ctx.saved_tensors
        return grad * other, grad * self


class GradSqrt(torch.autograd.Function):
    @staticmethod
    def forward(ctx, self):
        result = self.sqrt()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad):
        (result,) = ctx.saved_tensors
        return grad / (2 * result)


class GradSigmoid(torch.autograd.Function):
    @staticmethod
    def forward(ctx, self):
        ctx.save_for_backward(self)
        return self.sigmoid()

    @staticmethod
    def backward(ctx, grad):
        (self,) = ctx.saved_tensors
        return self.sigmoid() * (1 - self.sigmoid())
