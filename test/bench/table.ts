import type { Figure, Findings, Table, Target } from './result';

/** The findings of one bench for a person: tables, and which targets are met. */
export function toText(title: string, { rows, tables = [], targets }: Findings): string {
  const all = [{ title, rows }, ...tables];
  return [
    ...all.flatMap((table) => ['', table.title, '', ...linesOf(table)]),
    '',
    ...(targets.length > 0 ? targets.map(verdict) : ['measured only, there is no target']),
    '',
  ].join('\n');
}

/** All targets of a run in one table. */
export function targetsToText(findings: Readonly<Record<string, Findings>>): string {
  const rows = Object.entries(findings).flatMap(([bench, { targets }]) =>
    targets.map((target) => ({
      target: `${bench}: ${target.what}`,
      measured: target.measured,
      'at least': target.atLeast,
      verdict: verdictOf(target),
    })),
  );
  return ['', ...linesOf({ title: 'all targets', rows }), ''].join('\n');
}

function linesOf({ rows }: Table): string[] {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [names, ...rows.map((row) => names.map((name) => format(row[name])))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) => line.map((cell, column) => pad(cell, widths[column] ?? 0, column)).join('  '));
}

/** Or can't be told. */
export function isMet({ measured, atLeast, incomplete }: Target): boolean {
  return incomplete !== undefined || measured >= atLeast;
}

function verdict(target: Target): string {
  const { what, atLeast, measured, incomplete } = target;
  const found = `${what} is ${measured.toFixed(2)}, at least ${atLeast.toFixed(2)} wanted`;
  return `${verdictOf(target).padEnd(6)}  ${found}${incomplete === undefined ? '' : `: ${incomplete}`}`;
}

function verdictOf(target: Target): string {
  if (target.incomplete !== undefined) return 'NOT JUDGED';
  return isMet(target) ? 'met' : 'MISSED';
}

/** The first column is a name, the others are figures. */
function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}

function format(figure: Figure | undefined): string {
  if (figure === undefined) return '';
  if (typeof figure === 'string') return figure;
  return typeof figure === 'number' ? digits(figure) : figure.map(digits).join(' ');
}

function digits(value: number): string {
  return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}
