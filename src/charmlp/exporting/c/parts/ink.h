/* Whether the picture is lighter at its border than as a whole: its ink is dark. */
static int net_has_dark_ink(const uint8_t *pixels)
{
    net_wide whole = 0, border = 0;
    int32_t y, x;
    for (y = 0; y < NET_HEIGHT; y++)
        for (x = 0; x < NET_WIDTH; x++, pixels++) {
            whole += *pixels;
            if (y == 0 || x == 0 || y == NET_HEIGHT - 1 || x == NET_WIDTH - 1)
                border += *pixels;
        }
    return border * NET_PIXELS > whole * NET_BORDER;
}
