/* Pixels in [-1, 1]. */
static void net_inputs(const uint8_t *pixels, float *values)
{
    int32_t i;
    for (i = 0; i < (int32_t)NET_HEIGHT * NET_WIDTH; i++)
        values[i] = (float)pixels[i] * (2.0f / 255.0f) - 1.0f;
}
