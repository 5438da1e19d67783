/** Statistics that somebody else has tested, and one that is exact where theirs is not. The only place that imports simple-statistics. */
export { median, medianAbsoluteDeviation, quantileSorted } from 'simple-statistics';

/** P(X ≥ count) for a Poisson variable. */
export function poissonTail(count: number, mean: number): number {
  if (mean <= 0) return 0;
  // Summed upwards from `count` in logs: exact where it matters (tiny tails) without cancellation.
  let logTerm = -mean + count * Math.log(mean);
  for (let i = 2; i <= count; i++) logTerm -= Math.log(i);
  let sum = 0;
  for (let k = count; k < count + 200; k++) {
    sum += Math.exp(logTerm);
    logTerm += Math.log(mean) - Math.log(k + 1);
    if (k > mean && logTerm < Math.log(sum || 1e-300) - 40) break;
  }
  return Math.min(1, sum);
}

/** P(X ≥ count) of `total` trials with chance `p` each. */
export function binomialTail(count: number, total: number, p: number): number {
  if (count <= 0 || p >= 1) return 1;
  if (p <= 0) return 0;
  let logTerm = count * Math.log(p) + (total - count) * Math.log1p(-p);
  for (let i = 1; i <= count; i++) logTerm += Math.log(total - count + i) - Math.log(i);
  let sum = 0;
  for (let k = count; k <= total; k++) {
    const term = Math.exp(logTerm);
    sum += term;
    if (k > total * p && term < sum * 1e-12) break;
    logTerm += Math.log(total - k) - Math.log(k + 1) + Math.log(p) - Math.log1p(-p);
  }
  return Math.min(1, sum);
}
