import torch


class ChunkGatedDeltaRuleFunction(torch.autograd.Function):
    """
    S_t = a_t S + beta_t k_t (v_t - a_t S^T k_t)^T with S of the step before and a_t = exp(g_t)
    o_t = scale S_t^T q_t
    q, k (T, K), v (T, V), g and beta (T,)
    """

    @staticmethod
    def forward(ctx, q, k, v, g, beta, scale, initial_state, output_final_state, cu_seqlens):
        S = q.new_zeros(q.shape[1], v.shape[1]) if initial_state is None else initial_state
        states, u, o = [S], [], []
        for t in range(len(q)):
            a = torch.exp(g[t])
            u.append(v[t] - a * (k[t] @ S))
            S = a * S + beta[t] * torch.outer(k[t], u[-1])
            states.append(S)
            o.append(scale * (q[t] @ S))
        ctx.save_for_backward(q, k, v, g, beta, torch.stack(states), torch.stack(u))
        ctx.scale = scale
        return torch.stack(o), (S if output_final_state else None)

    @staticmethod
    def backward(ctx, do, dht):
        q, k, v, g, beta, states, u = ctx.saved_tensors
        dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        dg, dbeta = torch.zeros_like(g), torch.zeros_like(beta)
        dS = torch.zeros_like(states[0]) if dht is None else dht.clone()
        for t in reversed(range(len(q))):
            S, S_new, a = states[t], states[t + 1], torch.exp(g[t])
            dq[t] = ctx.scale * (S_new @ do[t])
            dS = dS + ctx.scale * torch.outer(q[t], do[t])
            dbeta[t] = k[t] @ dS @ u[t]
            du = beta[t] * (k[t] @ dS)
            dk[t] = beta[t] * (dS @ u[t]) - a * (S @ du)
            dv[t] = du
            dg[t] = a * ((dS * S).sum() - du @ (k[t] @ S))
            dS = a * dS - a * torch.outer(k[t], du)
        return dq, dk, dv, dg, dbeta, None, None, None, None, None


def chunk_gated_delta_rule(q, k, v, g, beta, scale=None):
    if scale is None:
        scale = k.shape[-1] ** -0.5
    o, _ = ChunkGatedDeltaRuleFunction.apply(q, k, v, g, beta, scale, None, False, None)
    return o
