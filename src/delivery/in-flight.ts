/** What can stand in the list: it keeps its own place. */
export interface Placed {
  place: number;
}

/**
 * What is under way, in no order. Not a Set: one that changes ten thousand times a second is rebuilt again and
 * again, and through its old tables the young objects grow old (measured: 15 % of the time of a send).
 */
export class InFlight<T extends Placed> {
  private readonly list: T[] = [];

  get size(): number {
    return this.list.length;
  }

  add(one: T): void {
    one.place = this.list.push(one) - 1;
  }

  /** Of one that stands in the list. The last one takes its place. */
  remove(one: T): void {
    const last = this.list.pop();
    if (last === undefined || last === one) return;
    last.place = one.place;
    this.list[one.place] = last;
  }

  all(): readonly T[] {
    return [...this.list];
  }
}
