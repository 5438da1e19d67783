/** Signals by their Linux numbers. */

const NAMES: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  4: 'SIGILL',
  5: 'SIGTRAP',
  6: 'SIGABRT',
  7: 'SIGBUS',
  8: 'SIGFPE',
  9: 'SIGKILL',
  10: 'SIGUSR1',
  11: 'SIGSEGV',
  12: 'SIGUSR2',
  13: 'SIGPIPE',
  14: 'SIGALRM',
  15: 'SIGTERM',
  24: 'SIGXCPU',
  25: 'SIGXFSZ',
  31: 'SIGSYS',
}; // prettier-ignore

/** `9` → `SIGKILL`; a number without a common name → `signal 42`; undefined for 0, empty and what is no number. */
export function signalName(number: string | number | undefined): string | undefined {
  const value = Number(number);
  return Number.isInteger(value) && value > 0 ? (NAMES[value] ?? `signal ${value}`) : undefined;
}
