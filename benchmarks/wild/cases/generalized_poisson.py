import math

import numpy as np

gammaln = np.vectorize(math.lgamma)


class GeneralizedPoisson:
    """Count model with mean mu = exp(exog @ beta) and a dispersion parameter alpha.

    parameterization : the p of GP-p; the exponent of mu is p - 1
    """

    def __init__(self, endog, exog, p=1):
        self.endog, self.exog = np.asarray(endog), np.asarray(exog)
        self.parameterization = p - 1

    def predict(self, params):
        return np.exp(self.exog @ params)

    def loglikeobs(self, params):
        alpha, params = params[-1], params[:-1]
        p = self.parameterization
        endog = self.endog
        mu = self.predict(params)
        mu_p = np.power(mu, p)
        a1 = 1 + alpha * mu_p
        a2 = mu + a1 * endog - endog
        return np.log(mu) + (endog - 1) * np.log(a2) - endog * np.log(a1) - gammaln(endog + 1) - a2 / a1

    def loglike(self, params):
        return np.sum(self.loglikeobs(params))

    def score_obs(self, params):
        alpha, params = params[-1], params[:-1]
        p = self.parameterization
        exog = self.exog
        y = self.endog[:, None]
        mu = self.predict(params)[:, None]
        mu_p = np.power(mu, p)
        a1 = 1 + alpha * mu_p
        a2 = mu + alpha * mu_p * y
        a3 = alpha * p * mu ** (p - 1)
        a4 = a3 * y
        dmudb = mu * exog

        dalpha = mu_p * (y * ((y - 1) / a2 - 2 / a1) + a2 / a1**2)
        dparams = dmudb * (-a4 / a1 + a3 * a2 / (a1**2) + (1 + a4) * ((y - 1) / a2 - 1 / a1) + 1 / mu)
        return np.concatenate((dparams, np.atleast_2d(dalpha)), axis=1)

    def score(self, params):
        return np.sum(self.score_obs(params), axis=0)

    def fit(self, start_params, maxiter=200, step=0.02):
        params = np.array(start_params, dtype=float)
        for _ in range(maxiter):
            params += step * self.score(params) / len(self.endog)
            params[-1] = max(params[-1], 1e-3)
        return params


if __name__ == "__main__":
    rng = np.random.default_rng(0)
    exog = np.column_stack([np.ones(200), rng.normal(size=200)])
    endog = rng.poisson(np.exp(exog @ [0.6, 0.3]) * rng.gamma(3, 1 / 3, size=200))
    model = GeneralizedPoisson(endog, exog, p=2)
    params = model.fit([0.0, 0.0, 0.2])
    print(params, model.loglike(params))
