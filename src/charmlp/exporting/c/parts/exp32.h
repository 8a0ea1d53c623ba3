/* e^x: as 2^n e^r with r near 0, and Taylor's series for that. */
static float net_exp(float x)
{
    float power = 1, term = 1;
    int n, i;
    if (x < -87)
        return 0;
    if (x > 88)
        x = 88;
    n = (int)(x * 1.44269504f + (x < 0 ? -0.5f : 0.5f));
    x = x - (float)n * 0.693359375f + (float)n * 2.12194440e-4f;
    for (i = 1; i < 9; i++)
        power += term *= x / (float)i;
    for (; n > 0; n--)
        power *= 2;
    for (; n < 0; n++)
        power /= 2;
    return power;
}
