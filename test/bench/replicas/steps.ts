/** The way of a notification, and by what one knows the statements of each step; the first that fits counts. */
const STEPS: readonly { readonly name: string; readonly has: RegExp }[] = [
  { name: 'transactions', has: /^(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)/i },
  { name: 'stored, with its event', has: /INSERT INTO spg_notification\b/ },
  { name: 'claimed', has: /WITH RECURSIVE endpoint/ },
  { name: 'outcome recorded', has: /DELETE FROM delivery_queue|failing_since = CASE/ },
  { name: 'fanned out', has: /INSERT INTO delivery_notification|UPDATE tuatahi_subscription|LEFT JOIN next/ },
  { name: 'work order projected', has: /"?spg_work_order"?|FROM spg_notification/ },
  { name: 'gaps watched', has: /"?spg_(stream|gap)"?|jsonb_to_recordset.*event_log_head/s },
  { name: 'log read, cursors moved', has: /event_cursor|FROM domain_event|event_log_head/ },
];

/** All steps in order, the last one for what belongs to none. */
export const STEP_NAMES: readonly string[] = [...STEPS.map(({ name }) => name), 'jobs, looks and the rest'];

export function stepOf(statement: string): string {
  return STEPS.find(({ has }) => has.test(statement))?.name ?? STEP_NAMES.at(-1) ?? '';
}
