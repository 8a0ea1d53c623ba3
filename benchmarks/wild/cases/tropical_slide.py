"""Max-plus windows over a line, and the reverse pass, on plain lists."""


class Slide:
    """out[o] = max over k of x[o * stride + k] + kernel[k]"""

    def __init__(self, kernel, stride=1):
        self.kernel, self.stride = list(kernel), stride

    def forward(self, x):
        k, s = len(self.kernel), self.stride
        self.x = list(x)
        self.out = [
            max(x[o * s + j] + self.kernel[j] for j in range(k)) for o in range((len(x) - k) // s + 1)
        ]
        return self.out

    def condition(self):
        gate = [0.0] * len(self.x)
        for o, best in enumerate(self.out):
            for j, weight in enumerate(self.kernel):
                i = o * self.stride + j
                gate[i] = 1.0 if self.x[i] + weight == best else 0.0
        return gate

    def backward(self, dout):
        gate = self.condition()
        dx = [0.0] * len(self.x)
        for o, d in enumerate(dout):
            for j in range(len(self.kernel)):
                i = o * self.stride + j
                dx[i] += gate[i] * d
        return dx


def max_pool(window, stride):
    return Slide([0.0] * window, stride)


if __name__ == "__main__":
    pool = max_pool(2, 2)
    print(pool.forward([5.0, 3.0, 1.0, 2.0, 5.0, 4.0]), pool.backward([1.0, 1.0, 1.0]))
    slide = max_pool(2, 1)
    print(slide.forward([5.0, 3.0, 1.0, 2.0, 5.0]), slide.backward([1.0, 1.0, 1.0, 1.0]))
