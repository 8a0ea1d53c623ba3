int net_predict(const uint8_t *grey, int height, int width, int32_t *scores)
{
    uint8_t values[NET_VALUES];
@ARRAYS@    if (!grey || !scores || height < 1 || width < 1 || height > NET_MOST_SIDE || width > NET_MOST_SIDE)
        return -1;
    net_resize(grey, height, width, values);
@STEPS@    return net_largest(scores);
}
