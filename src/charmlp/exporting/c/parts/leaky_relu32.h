static float net_f(float x)
{
    return x > 0 ? x : 0.01f * x;
}
