static float net_f(float x)
{
    return x;
}
