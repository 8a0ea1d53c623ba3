/* Sums as the bytes that the next layer reads. */
static void net_activate(const int32_t *sums, int count, uint8_t shift, uint8_t *values)
{
    for (; count > 0; count--) {
        int32_t sum = *sums++;
        sum = sum < 0 ? 0 : sum >> shift;
        *values++ = sum > 255 ? 255 : (uint8_t)sum;
    }
}
