#ifdef NET_PROBABILITIES
/* What the classes' probabilities are, in 65536ths, of their scores. */
void net_probabilities(const int32_t *scores, uint16_t *probabilities)
{
    static const uint16_t powers[12] = {@POWERS@}; /* 2^-(1/2), 2^-(1/4), ... */
    uint32_t total = 0;
    int k, bit, best = net_largest(scores);
    for (k = 0; k < NET_CLASSES; k++) {
        uint32_t apart = ((uint32_t)scores[best] - (uint32_t)scores[k]) >> @DROP@, power = 0;
        if (apart < @LIMIT@) {
            uint32_t exponent = apart * @MULTIPLIER@ >> @SHIFT@;
            power = 65535;
            for (bit = 0; bit < 12; bit++)
                if (exponent >> (11 - bit) & 1)
                    power = power * powers[bit] >> 16;
            power >>= exponent >> 12;
        }
        probabilities[k] = (uint16_t)power;
        total += power;
    }
    for (k = 0; k < NET_CLASSES; k++)
        probabilities[k] = (uint16_t)(probabilities[k] * (uint32_t)65535 / total);
}
#endif
