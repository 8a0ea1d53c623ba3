#ifdef NET_PROBABILITIES
@EXP@/* The classes' probabilities, of their scores. */
void net_probabilities(const float *scores, float *probabilities)
{
    float total = 0, largest = scores[net_largest(scores)];
    int k;
    for (k = 0; k < NET_CLASSES; k++)
        total += probabilities[k] = net_exp((scores[k] - largest) / @TEMPERATURE@);
    for (k = 0; k < NET_CLASSES; k++)
        probabilities[k] /= total;
}
#endif
