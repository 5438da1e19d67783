/** One line on stderr for long work: bytes, rate, time left, events so far. Terminals only. */
import type { OpenedSources } from './inputs.ts';

const EVERY_MS = 250;
const AFTER_MS = 700; // short work needs no line

export function progressLine(opened: OpenedSources): { update(source: string, bytes: number, events: number): void; clear(): void } {
  const started = performance.now();
  let shown = 0;
  let visible = false;
  return {
    update(source, bytes, events) {
      const now = performance.now();
      if (now - started < AFTER_MS || now - shown < EVERY_MS) return;
      shown = now;
      const { totalBytes } = opened.progress;
      const done = Math.max(bytes, opened.progress.readBytes());
      const rate = done / ((now - started) / 1000);
      const left = totalBytes === undefined ? '' : ` of ${size(totalBytes)}, ${Math.ceil(Math.max(0, totalBytes - done) / rate)} s left`;
      const name = source.length > 40 ? `…${source.slice(-39)}` : source;
      process.stderr.write(`\r\u001b[K${size(done)}${left}, ${size(rate)}/s, ${events} events: ${name}`);
      visible = true;
    },
    clear() {
      if (visible) process.stderr.write('\r\u001b[K');
    },
  };
}

const size = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e3).toFixed(0)} kB`);
