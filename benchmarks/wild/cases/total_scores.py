"""The total score of each lattice, from the scores of its arcs."""

import torch


class TotScores(torch.autograd.Function):
    @staticmethod
    def forward(ctx, arc_scores):
        tot_scores = torch.logsumexp(arc_scores, dim=1)
        ctx.save_for_backward((arc_scores - tot_scores[:, None]).exp())
        return tot_scores

    @staticmethod
    def backward(ctx, tot_scores_grad):
        (posteriors,) = ctx.saved_tensors
        return posteriors
