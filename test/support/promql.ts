const KEYWORDS = new Set(['and', 'or', 'unless', 'bool', 'offset', 'inf', 'nan']);

/** Keywords that labels in parentheses follow. */
const GROUPING = /\b(by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** What an expression of PromQL reads. */
export interface Reading {
  /** Names of metrics, as they are written: a histogram's with `_bucket`, `_sum` or `_count`. */
  readonly metrics: readonly string[];
  /** Labels by which it selects, with what it selects them of. */
  readonly selected: readonly { readonly metric: string; readonly label: string }[];
  /** Labels by which it groups or joins. */
  readonly grouped: readonly string[];
}

/** Reads as much of PromQL as says which metrics and labels an expression is about. */
export function readPromQl(expression: string): Reading {
  const withoutStrings = expression.replaceAll(/"(\\.|[^"\\])*"/g, '""');
  const grouped = [...withoutStrings.matchAll(GROUPING)].flatMap(([, , labels = '']) => namesIn(labels));
  const bare = withoutStrings.replaceAll(GROUPING, ' ').replaceAll(/\[[^\]]*\]/g, ' ');
  const metrics: string[] = [];
  const selected: { metric: string; label: string }[] = [];
  for (const [, name = '', after = ''] of bare.matchAll(/(?<![\w.])([a-zA-Z_:][\w:]*)\s*(\(|\{[^}]*\})?/g)) {
    if (after === '(' || KEYWORDS.has(name.toLowerCase())) continue;
    metrics.push(name);
    for (const label of namesIn(after)) selected.push({ metric: name, label });
  }
  return { metrics, selected, grouped };
}

function namesIn(text: string): string[] {
  return text.match(/[a-zA-Z_]\w*/g) ?? [];
}
