/** Where a report goes. */
import { closeSync, createWriteStream, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { Readable, type Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { reasonOf } from './open/problems.ts';

/** The message says what and why. */
export class CannotWrite extends Error {}

/** Text handed over at once, in UTF-16 units. */
const BATCH = 65_536;

/**
 * Standard output, or a file that is written aside and then renamed, so that a reader never sees half of it. It is opened at once:
 * after an hour of reading is too late to say that there is no such folder.
 */
export class Output {
  readonly stream: Writable;
  /** Paths of files that are written here. */
  readonly files: readonly string[];
  readonly #name: string;
  /** The file to be, while it stands aside. */
  readonly #target: string | undefined;
  readonly #aside: string;
  readonly #discard = (): void => rmSync(this.#aside, { force: true });

  /** `path` undefined or `-` = standard output. */
  constructor(path: string | undefined) {
    this.#name = path ?? '-';
    this.#aside = '';
    if (path === undefined || path === '-') {
      this.stream = process.stdout;
      this.files = [];
      return;
    }
    try {
      const known = statSync(path, { throwIfNoEntry: false });
      // Devices and pipes stay what they are; links keep leading to their file.
      const isReplaceable = known === undefined || known.isFile();
      this.#target = isReplaceable ? (known ? realpathSync(path) : path) : undefined;
      if (this.#target !== undefined) this.#aside = `${this.#target}.${process.pid}.part`;
      // A rename would replace a file that must not be written.
      if (known?.isFile()) closeSync(openSync(path, 'r+'));
      this.files = this.#target === undefined ? [] : [this.#target, this.#aside];
      this.stream = createWriteStream('', { fd: openSync(this.#aside || path, 'w', known?.mode) });
    } catch (error) {
      throw this.#failure(error);
    }
    if (this.#aside !== '') process.once('exit', this.#discard);
  }

  /** Writes it all. */
  async write(pieces: Iterable<string>): Promise<void> {
    try {
      await pipeline(Readable.from(joined(pieces)), this.stream, { end: this.stream !== process.stdout });
    } catch (error) {
      throw this.#failure(error);
    }
  }

  /** Puts what was written, and ended, in its place. */
  async finish(): Promise<void> {
    if (this.stream === process.stdout) return;
    try {
      if (!this.stream.closed) await finished(this.stream);
      if (this.#target !== undefined) renameSync(this.#aside, this.#target);
    } catch (error) {
      throw this.#failure(error);
    }
    process.removeListener('exit', this.#discard);
  }

  #failure(error: unknown): CannotWrite {
    return new CannotWrite(`${this.#name} cannot be written (${reasonOf(error)})`);
  }
}

function* joined(pieces: Iterable<string>): Generator<string> {
  let text = '';
  for (const piece of pieces) {
    text += piece;
    if (text.length < BATCH) continue;
    yield text;
    text = '';
  }
  if (text.length > 0) yield text;
}
