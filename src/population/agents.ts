/** Clients' programs, and how many of the connections each had. */

/** More programs than this are names that clients make up; those beyond have no number. */
const MOST = 4_096;

export class Agents {
  readonly #numbers = new Map<string, number>();
  /** By number. */
  readonly #counts: number[] = [0];
  #total = 0;

  /** Counts a connection of the program. */
  add(agent: string | undefined): void {
    this.#total++;
    if (agent === undefined) return;
    const number = this.numberOf(agent) || (this.#counts.length <= MOST ? this.#counts.push(0) - 1 : 0);
    if (number === 0) return;
    this.#numbers.set(agent, number);
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
  }

  /** 0 = not known. */
  numberOf(agent: string | undefined): number {
    return agent === undefined ? 0 : (this.#numbers.get(agent) ?? 0);
  }

  /** Which part of all connections had this program. */
  shareOf(number: number): number {
    return (this.#counts[number] ?? 0) / Math.max(1, this.#total);
  }
}
