/* Of each row the sum of values times weights, and its bias behind them. Eight sums at a time: fewer roundings. */
static void net_layer(const float *values, int size, net_floats rows, int count, float *sums)
{
    int k, i, part;
    for (k = 0; k < count; k++) {
        size_t row = (size_t)k * ((size_t)size + 1);
        float parts[8] = {0, 0, 0, 0, 0, 0, 0, 0}, sum = 0;
        for (i = 0; i < size; i++)
            parts[i & 7] += values[i] * NET_FLOAT(rows, row + (size_t)i);
        for (part = 0; part < 8; part++)
            sum += parts[part];
        sums[k] = sum + NET_FLOAT(rows, row + (size_t)size);
    }
}
