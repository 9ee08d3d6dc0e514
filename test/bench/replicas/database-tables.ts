import type { Table } from '../result';
import { costOf } from './cost';
import type { TableWork } from './database-meter';
import type { Sum } from './fleet';
import type { Standing } from './standing';

/** What PostgreSQL does for one notification, step by step. */
export function stepTable({ fleet, turns, perSecond }: Standing): Table {
  const { steps, walBytes, imageBytes } = costOf(turns);
  const sum = (figure: 'statements' | 'execMicros' | 'buffers'): number =>
    steps.reduce((total, step) => total + step[figure], 0);
  const all = {
    step: 'all, with commits',
    statements: sum('statements'),
    execMicros: sum('execMicros'),
    buffers: sum('buffers'),
    walBytes: walBytes + imageBytes,
  };
  return {
    title: `${fleet.name}, ${perSecond === undefined ? 'full speed' : `${perSecond} a second`}: for one notification`,
    rows: [
      ...[...steps, all].map((work) => ({
        step: work.step,
        statements: work.statements,
        'µs in them': work.execMicros,
        buffers: work.buffers,
        'WAL bytes': work.walBytes,
      })),
      { step: 'of them images of pages', 'WAL bytes': imageBytes },
    ],
  };
}

/** Without those that are a few in all. */
const WORTH_SHOWING = 0.005;

export function rowTable(title: string, { notifications, tables }: Sum): Table {
  const rows = tables
    .map(({ table, inserted, updated, hot, deleted, bytes }) => ({
      table,
      inserted: inserted / notifications,
      updated: updated / notifications,
      'of them HOT': hot / notifications,
      deleted: deleted / notifications,
      'bytes, with indexes': bytes / notifications,
    }))
    .filter(({ inserted, updated, deleted }) => inserted + updated + deleted > WORTH_SHOWING);
  return { title: `${title}: rows for one notification`, rows };
}

/** Nothing takes it away. */
const LASTING = new Set(['spg_notification', 'spg_work_order', 'spg_gap']);
/** Its room is used again. */
const PASSING = new Set(['delivery_queue']);

/** Bytes for a notification, with indexes: for as long as events are kept, and for ever. */
export function storageOf({ notifications, tables }: Sum): { keptBytes: number; lastingBytes: number } {
  const sum = (chosen: (work: TableWork) => boolean): number =>
    tables.filter(chosen).reduce((total, { bytes }) => total + bytes, 0) / notifications;
  return {
    keptBytes: sum(({ table }) => !LASTING.has(table) && !PASSING.has(table)),
    lastingBytes: sum(({ table }) => LASTING.has(table)),
  };
}
