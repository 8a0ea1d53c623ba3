/* The standard deviation of the pixels, at least 1, in units of which NET_DEVIATION_ONE are a grey level. */
static int32_t net_deviation(const uint8_t *pixels)
{
    const uint16_t size = NET_HEIGHT * NET_WIDTH;
    uint32_t sum = 0, squares = 0, odd;
    uint16_t i, rest;
    for (i = 0; i < size; i++)
        sum += pixels[i];
    rest = (uint16_t)(sum % size);
    sum /= size;
    for (i = 0; i < size; i++) {
        int16_t apart = (int16_t)(pixels[i] - (uint8_t)sum);
        squares += (uint32_t)((int32_t)apart * apart);
    }
    squares -= (uint32_t)rest * rest / size;
    if (squares < size)
        squares = size;
    squares = squares * NET_NUMERATOR / NET_DENOMINATOR;
    for (odd = 1; squares >= odd; odd += 2) /* the root: squares are sums of odd numbers */
        squares -= odd;
    return (int32_t)(odd >> 1);
}
