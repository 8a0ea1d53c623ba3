import torch


class EnergyHinge(torch.autograd.Function):
    """Pushes the energy of the right answer below that of the most offending one by a margin."""

    @staticmethod
    def forward(ctx, energy, offending_energy, margin=1.0):
        ctx.save_for_backward(energy, offending_energy)
        ctx.margin = margin
        return torch.clamp(margin + energy, min=0) - offending_energy

    @staticmethod
    def backward(ctx, grad_output):
        energy, offending_energy = ctx.saved_tensors
        active = (ctx.margin + energy - offending_energy > 0).to(grad_output.dtype)
        return grad_output * active, -grad_output * active, None


def hinge_loss(energy, offending_energy, margin=1.0):
    return EnergyHinge.apply(energy, offending_energy, margin).mean()
