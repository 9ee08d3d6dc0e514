import type { Condition } from './filter';
import { type Filing, Place } from './subscription-tree';

/** One event's way through the trees of its parties. */
export class SubscriptionSearch {
  private readonly reached: Place[] = [];
  private readonly found: string[] = [];

  /**
   * @param patterns the event's types, and the prefixes that include them
   * @param texts its attributes
   */
  constructor(
    private readonly patterns: readonly string[],
    private readonly texts: ReadonlyMap<string, string>,
  ) {}

  /** Collects what the event gets from one tree. */
  through(root: Place): void {
    this.reached.push(root);
    for (let place = this.reached.pop(); place; place = this.reached.pop()) {
      if (place.endings) this.takeEndings(place.endings);
      if (place.steps) this.takeSteps(place.steps, place.depth + 1);
    }
  }

  /** The ids, each once, sorted. */
  result(): string[] {
    return this.found.length > 1 ? [...new Set(this.found)].toSorted() : this.found;
  }

  private takeEndings(endings: NonNullable<Place['endings']>): void {
    for (const pattern of this.patterns) {
      const ofPattern = endings.get(pattern);
      if (!ofPattern) continue;
      for (const { not, ids } of ofPattern.values()) {
        if (!this.isExcepted(not)) for (const id of ids) this.found.push(id);
      }
    }
  }

  /** Goes through the attributes in use or through those of the event, whichever are fewer. */
  private takeSteps(steps: NonNullable<Place['steps']>, depth: number): void {
    if (steps.size < this.texts.size) {
      for (const [attribute, places] of steps) {
        const text = this.texts.get(attribute);
        if (text !== undefined) this.take(places.get(text), depth);
      }
    } else {
      for (const [attribute, text] of this.texts) this.take(steps.get(attribute)?.get(text), depth);
    }
  }

  private take(next: Place | Filing | undefined, depth: number): void {
    if (next === undefined) return;
    if (next instanceof Place) this.reached.push(next);
    else if (this.passes(next, depth)) this.found.push(next.id);
  }

  /** Whether the event gets a filing that waits where `depth` of its conditions are known to be fulfilled. */
  private passes({ eventTypes, all, not }: Filing, depth: number): boolean {
    if (!this.patterns.includes(eventTypes)) return false;
    for (let index = depth; index < all.length; index += 1) {
      const condition = all[index];
      if (condition && !this.fulfils(condition)) return false;
    }
    return !this.isExcepted(not);
  }

  private isExcepted(not: readonly Condition[]): boolean {
    return not.length > 0 && not.every((condition) => this.fulfils(condition));
  }

  private fulfils([attribute, text]: Condition): boolean {
    return this.texts.get(attribute) === text;
  }
}
