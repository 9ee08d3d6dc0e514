import type { ItasFreezeDate } from '../events/itas.events';
import { readCompactDate } from '../fields/compact-date';

const MONTH = /^([12]\d{3})(0[1-9]|1[0-2])32$/;

/** `yyyymmdd`, or `yyyymm32` for the whole month; undefined for any other day that does not exist. */
export function readFreezeDate(text: string): ItasFreezeDate | undefined {
  const [, year, month] = MONTH.exec(text) ?? [];
  if (year !== undefined && month !== undefined) return { kind: 'month', month: `${year}-${month}` };
  const date = readCompactDate(text);
  return date === undefined ? undefined : { kind: 'day', date };
}

/** The day or the month as text: `2026-08-04`, `2026-08`. */
export function freezeDateText(freeze: ItasFreezeDate): string {
  return freeze.kind === 'day' ? freeze.date : freeze.month;
}
