#ifdef NET_SELF_TEST
static const uint8_t net_test_picture[@SIZE@] NET_FLASH = {
@PICTURE@};
static const uint8_t net_test_scores[4 * NET_CLASSES] NET_FLASH = {
@SCORES@};

/* 0 where a picture has the scores here that it had where this file was written; else -1. */
int net_self_test(void)
{
    uint8_t picture[sizeof net_test_picture];
    net_bytes from = NET_AT(net_test_picture);
    int32_t scores[NET_CLASSES];
    size_t i;
    for (i = 0; i < sizeof picture; i++)
        picture[i] = NET_BYTE(from++);
    if (net_predict(picture, @HEIGHT@, @WIDTH@, scores) < 0)
        return -1;
    from = NET_AT(net_test_scores);
    for (i = 0; i < sizeof net_test_scores; i++)
        if (NET_BYTE(from++) != (uint8_t)((uint32_t)scores[i / 4] >> (24 - i % 4 * 8)))
            return -1;
    return 0;
}
#endif
