#ifdef NET_SELF_TEST
static const uint8_t net_test_picture[NET_TEST_HEIGHT * NET_TEST_WIDTH] NET_FLASH = {@PICTURE@};
static const net_score net_test_scores[NET_CLASSES] NET_FLASH = {@SCORES@};

/* 0 where a picture is read here as it was where this file was written; else -1. */
int net_self_test(void)
{
}
#endif
