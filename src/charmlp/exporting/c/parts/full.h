Weights of 32 bits: floats.
