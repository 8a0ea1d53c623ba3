static float net_f(float x)
{
    float z = net_exp(x < 0 ? x : -x);
    return x * (x < 0 ? z : 1) / (1 + z);
}
