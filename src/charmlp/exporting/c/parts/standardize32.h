/* Pixels less their mean, divided by their standard deviation, which is 1 at least. */
static void net_inputs(const uint8_t *pixels, float *values)
{
    const int32_t size = (int32_t)NET_HEIGHT * NET_WIDTH;
    float mean, variance, deviation;
    uint64_t squares = 0, all = 0;
    int32_t i;
    for (i = 0; i < size; i++) {
        all += pixels[i];
        squares += (uint32_t)pixels[i] * pixels[i];
    }
    mean = (float)all / (float)size;
    variance = (float)(squares * (uint64_t)size - all * all) / (float)size / (float)size;
    deviation = variance > 1 ? variance : 1;
    for (i = 0; i < 24; i++) /* the root, by Newton's method */
        deviation = (deviation + variance / deviation) / 2;
    if (deviation < 1)
        deviation = 1;
    for (i = 0; i < size; i++)
        values[i] = ((float)pixels[i] - mean) / deviation;
}
