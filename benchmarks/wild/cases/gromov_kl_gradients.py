import numpy as np


def gromov_kl(C1, C2, T):
    """KL Gromov-Wasserstein loss of two matrices of similarities under a transport plan."""
    ratio = C1[:, None, :, None] / C2[None, :, None, :]
    kl = C1[:, None, :, None] * np.log(ratio) - C1[:, None, :, None] + C2[None, :, None, :]
    return np.einsum("ijkl,ij,kl->", kl, T, T)


def gromov_kl_gradients(C1, C2, T):
    p, q = T.sum(axis=1), T.sum(axis=0)
    gC1 = np.log(C1 + 1e-15) * np.outer(p, p) - T @ np.log(C2 + 1e-15) @ T.T
    gC2 = T.T @ C1 @ T / (C2 + 1e-15) + np.outer(q, q)
    return gC1, gC2


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    C1, C2 = rng.uniform(0.1, 1, (2, 3, 3))
    T = np.full((3, 3), 1 / 9)
    for _ in range(20):
        C2 = np.clip(C2 - 0.1 * gromov_kl_gradients(C1, C2, T)[1], 0.05, 1)
    print(gromov_kl(C1, C2, T))
