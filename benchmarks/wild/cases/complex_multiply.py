import torch
from torch.autograd import Function


def ComplexMultiply_forward(X_re, X_im, Y_re, Y_im):
    Z_re = torch.addcmul(X_re * Y_re, X_im, Y_im, value=-1)
    Z_im = torch.addcmul(X_re * Y_im, X_im, Y_re, value=1)
    return Z_re, Z_im


def ComplexMultiply_backward(X_re, X_im, Y_re, Y_im, gZ_re, gZ_im):
    gX_re = torch.addcmul(gZ_re * Y_re, gZ_im, Y_im, value=1)
    gX_im = torch.addcmul(gZ_im * Y_re, gZ_re, Y_im, value=-1)
    gY_re = torch.addcmul(gZ_re * X_re, gZ_im, X_im, value=1)
    gY_im = torch.addcmul(gZ_im * X_re, gZ_re, X_im, value=-1)
    return gX_re, gX_im, gY_re, gY_im


class ComplexMultiply(Function):
    @staticmethod
    def forward(ctx, X_re, X_im, Y_re, Y_im):
        ctx.save_for_backward(X_re, X_im, Y_re, Y_im)
        return ComplexMultiply_forward(X_re, X_im, Y_re, Y_im)

    @staticmethod
    def backward(ctx, gZ_re, gZ_im):
        X_re, X_im, Y_re, Y_im = ctx.saved_tensors
        return ComplexMultiply_backward(X_re, X_im, Y_re, Y_im, gZ_re, gZ_im)
