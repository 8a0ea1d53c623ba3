/* Of each row the sum of values times weights, as much as NET_UP to `down` of it, in the layer's units. */
static void net_layer(const uint8_t *values, int size, net_bytes rows, int count, int32_t down, int32_t *sums)
{
    for (; count > 0; count--) {
        int32_t sum = 0;
        uint32_t bias = 0;
        int i;
        for (i = 0; i < size; i++)
            sum += values[i] * (int8_t)NET_BYTE(rows++);
        sum = sum * NET_UP / down * NET_BYTE(rows++);
        for (i = 0; i < 4; i++)
            bias = bias << 8 | NET_BYTE(rows++);
        *sums++ = sum + (int32_t)bias;
    }
}
