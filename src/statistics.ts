/** Statistics that somebody else has tested. The only place that imports simple-statistics. */
export { median, medianAbsoluteDeviation, quantileSorted } from 'simple-statistics';
