/* Sums as the bytes that the next layer reads: by a table of 129 entries of two bytes, in 256ths, and what lies
   between two of them at 128 places by a straight line. */
static void net_activate(const int32_t *sums, int count, uint8_t shift, net_bytes table, uint8_t *values)
{
    for (; count > 0; count--) {
        int32_t sum = *sums++;
        net_bytes entry = table;
        uint32_t low, high, part;
        sum = sum < 0 ? 0 : sum >> shift;
        sum = sum > 16383 ? 16383 : sum;
        entry += (sum >> 7) * 2;
        low = (uint32_t)NET_BYTE(entry) << 8 | NET_BYTE(entry + 1);
        high = (uint32_t)NET_BYTE(entry + 2) << 8 | NET_BYTE(entry + 3);
        part = (uint32_t)sum & 127;
        *values++ = (uint8_t)((low * (128 - part) + high * part + 16384) >> 15);
    }
}
