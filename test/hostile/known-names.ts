import type { Operation } from './document';

/** Of one name that are remembered. */
const MAX_KNOWN = 50;

/** Longer answers are not looked through. */
const MAX_TEXT = 100_000;

/** What answers have told: ids, numbers, names that a path can have. */
export class KnownNames {
  private readonly known = new Map<string, string[]>();

  learn({ path }: Operation, text: string): void {
    if (text.length > MAX_TEXT) return;
    for (const [, name = '', value = ''] of text.matchAll(/"(\w+)":"([^"\\]{1,100})"/g)) {
      this.add(name, value);
      this.add(`${areaOf(path)} ${name}`, value);
    }
  }

  /** An `id` of the same area; something that is called so anywhere; a channel is an `id` within a subscription. */
  of({ path }: Operation, name: string): readonly string[] {
    const area = areaOf(path);
    return this.known.get(`${area} ${name}`) ?? this.known.get(name) ?? this.known.get(`${area} id`) ?? [];
  }

  /** The newest, as many as there is room for. */
  private add(key: string, value: string): void {
    const known = this.known.get(key) ?? [];
    if (known.includes(value)) return;
    this.known.set(key, [...known.slice(1 - MAX_KNOWN), value]);
  }
}

/** `/tuatahi/subscriptions` of everything below it. */
function areaOf(path: string): string {
  return path.split('/', 3).join('/');
}
