import numpy as np


class DiceLoss:
    """1 - (2 <target, input> + smooth) / (|target|^2 + |input|^2 + smooth)"""

    def __init__(self, smooth=1.0):
        self.smooth = smooth

    def Forward(self, input, target):
        both = 2 * np.sum(target * input) + self.smooth
        return 1 - both / (np.sum(target * target) + np.sum(input * input) + self.smooth)

    def Backward(self, input, target):
        squares = np.sum(input * input) + np.sum(target * target)
        return -2 * (target * squares - 2 * input * np.sum(target * input)) / squares**2
