static float net_f(float x)
{
    float z = net_exp(x < 0 ? 2 * x : -2 * x), y = (1 - z) / (1 + z);
    return x < 0 ? -y : y;
}
