/* Sums as the bytes that the next layer reads; below the knee they fall more slowly. */
static void net_activate(const int32_t *sums, int count, uint8_t shift, int32_t knee, uint8_t *values)
{
    for (; count > 0; count--) {
        int32_t sum = *sums++;
        if (sum < knee)
            sum = knee - (knee - sum) / NET_DIVISOR;
        sum = sum < 0 ? 0 : sum >> shift;
        *values++ = sum > 255 ? 255 : (uint8_t)sum;
    }
}
