/** One line on stderr for long work: bytes, rate, time left, events so far. Terminals only. */
import type { OpenedSources } from './inputs.ts';

const EVERY_MS = 250;
const AFTER_MS = 700; // short work needs no line

export function progressLine(opened: OpenedSources): { update(source: string, bytes: number, events: number): void; clear(): void } {
  const started = performance.now();
  let name = '';
  let found = 0;
  let visible = false;
  let shown = 0;
  const draw = (): void => {
    const now = performance.now();
    if (now - started < AFTER_MS || now - shown < EVERY_MS) return;
    shown = now;
    const { totalBytes } = opened.progress;
    const done = opened.progress.readBytes();
    const rate = done / ((now - started) / 1000);
    const left =
      totalBytes === undefined ? '' : ` of ${size(totalBytes)}, ${Math.ceil(Math.max(0, totalBytes - done) / Math.max(1, rate))} s left`;
    process.stderr.write(`\r\u001b[K${size(done)}${left}, ${size(rate)}/s, ${found} events: ${name}`);
    visible = true;
  };
  // Where threads read, this one may have nothing to tell for long.
  const timer = setInterval(draw, EVERY_MS).unref();
  return {
    update(source, _bytes, events) {
      name = withoutControls(source.length > 40 ? `…${source.slice(-39)}` : source);
      found = events;
      draw();
    },
    clear() {
      clearInterval(timer);
      if (visible) process.stderr.write('\r\u001b[K');
    },
  };
}

export const withoutControls = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');

const size = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e3).toFixed(0)} kB`;
