/* A side of a picture on its way to another length. A new pixel is a mean of old ones, each of which counts as
   much as a triangle around the new one's centre is high there: as in Pillow's bilinear resize. */
typedef struct net_side {
    const struct net_side *inner; /* along which pixels are averaged before, or none */
    int length, step;             /* of the picture; in memory, from one pixel to the next */
    int gap, height;              /* what lies between two pixels; of the triangle */
    int first, apart;             /* the first pixel that counts, and where it is, seen from the new one */
    uint32_t total;               /* what all that count add up to */
} net_side;

/* Go on to the next new pixel. */
static void net_next(net_side *side)
{
    int i, apart, counts;
    uint32_t total = 0;
    side->apart -= 2 * side->length;
    while (side->apart <= -side->height) {
        side->first++;
        side->apart += side->gap;
    }
    apart = side->apart;
    for (i = side->first; i < side->length && (counts = side->height - (apart < 0 ? -apart : apart)) > 0; i++) {
        total += (uint32_t)counts;
        apart += side->gap;
    }
    side->total = total;
}

static void net_begin(net_side *side, int to)
{
    side->gap = 2 * to;
    side->height = 2 * (side->length > to ? side->length : to);
    side->first = 0;
    side->apart = to + side->length;
    net_next(side);
}

/* The new pixel. What each old one counts is divided bit by bit, to 2^-22: 64 bits are dear on small machines. */
static uint8_t net_mean(const net_side *side, const uint8_t *grey)
{
    uint32_t sum = (uint32_t)1 << 21;
    int i, apart = side->apart, counts;
    grey += (size_t)side->first * (size_t)side->step;
    for (i = side->first; i < side->length && (counts = side->height - (apart < 0 ? -apart : apart)) > 0; i++) {
        uint32_t rest = (uint32_t)counts, share = 0;
        uint8_t bit;
        for (bit = 24; bit > 0; bit--) {
            share <<= 1;
            if (rest >= side->total) {
                rest -= side->total;
                share++;
            }
            rest <<= 1;
        }
        sum += ((share + 1) >> 1) * (side->inner ? net_mean(side->inner, grey) : *grey);
        grey += side->step;
        apart += side->gap;
    }
    sum >>= 22;
    return sum > 255 ? 255 : (uint8_t)sum;
}

/* The picture in the net's size, to the byte as Pillow makes it, whose two passes round. */
static void net_resize(const uint8_t *grey, int height, int width, uint8_t *pixels)
{
    net_side rows, columns, *outer = &rows;
    int y, x;
    rows.inner = &columns;
    columns.inner = NULL;
    if (height > NET_HEIGHT && height - NET_HEIGHT > 2 * (width - NET_WIDTH)) {
        outer = &columns;
        rows.inner = NULL;
        columns.inner = &rows;
    }
    rows.length = height;
    rows.step = columns.length = width;
    columns.step = 1;
    net_begin(&rows, NET_HEIGHT);
    for (y = 0; y < NET_HEIGHT; y++) {
        net_begin(&columns, NET_WIDTH);
        for (x = 0; x < NET_WIDTH; x++) {
            *pixels++ = net_mean(outer, grey);
            net_next(&columns);
        }
        net_next(&rows);
    }
}
