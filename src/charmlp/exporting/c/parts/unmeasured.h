Weights of @BITS@ bits, and no floats; what that costs in accuracy was not measured.
