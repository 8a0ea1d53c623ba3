#ifdef NET_SELF_TEST
static const uint8_t net_test_picture[@SIZE@] NET_FLASH = {
@PICTURE@};
static const float net_test_scores[NET_CLASSES] NET_FLASH = {
@SCORES@};

/* 0 where a picture has the scores here, but for roundings, that it had where this file was written; else -1. */
int net_self_test(void)
{
    uint8_t picture[sizeof net_test_picture];
    net_bytes from = NET_AT(net_test_picture);
    net_floats expected = NET_AT(net_test_scores);
    float scores[NET_CLASSES], apart;
    size_t i;
    for (i = 0; i < sizeof picture; i++)
        picture[i] = NET_BYTE(from++);
    if (net_predict(picture, @HEIGHT@, @WIDTH@, scores) < 0)
        return -1;
    for (i = 0; i < NET_CLASSES; i++) {
        apart = scores[i] - NET_FLOAT(expected, i);
        if (!(apart < 1e-4f && apart > -1e-4f))
            return -1;
    }
    return 0;
}
#endif
