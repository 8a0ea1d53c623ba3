/* The number of the largest score; of equal ones the first. */
static int net_largest(const net_score *scores)
{
    int k, best = 0;
    for (k = 1; k < NET_CLASSES; k++)
        if (scores[k] > scores[best])
            best = k;
    return best;
}
