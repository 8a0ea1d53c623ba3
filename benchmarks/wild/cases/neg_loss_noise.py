"""Negative sampling loss with the noise words turned round first."""

import torch


def sigmoid(x):
    return 1 / (1 + torch.exp(-x))


def neg_loss(input, output, noise):
    """(batch, embed), (batch, embed) and (batch, samples, embed)."""
    batch = len(input)
    noise = noise.neg()
    log_target = (input * output).sum(1).sigmoid().log()
    sum_log_sampled = torch.bmm(noise, input.unsqueeze(2)).sigmoid().log().sum(1).squeeze(1)
    loss = -(log_target + sum_log_sampled).sum() / batch

    d_target = (sigmoid((input * output).sum(1, keepdim=True)) - 1) / batch
    d_sampled = (sigmoid(torch.bmm(noise, input.unsqueeze(2))) - 1) / batch
    d_input = d_target * output + (d_sampled * noise).sum(1)
    d_output = d_target * input
    d_noise = -d_sampled * input.unsqueeze(1)
    return loss, d_input, d_output, d_noise
