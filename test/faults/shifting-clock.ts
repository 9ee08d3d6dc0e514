import { readFileSync } from 'node:fs';

/*
 * Loaded into a gateway before its own code. At SIGUSR2 the clock of its process is set to what the file says, in
 * milliseconds from the true time, as an operator or NTP sets a clock: what `Date` tells jumps, and timers and
 * `performance.now()`, which count from the start, go on.
 */

const TrueDate = Date;
let shiftMs = 0;

class ShiftedDate extends TrueDate {
  constructor(...given: readonly unknown[]) {
    if (given.length === 0) super(ShiftedDate.now());
    else super(...(given as [number]));
  }

  static override now(): number {
    return TrueDate.now() + shiftMs;
  }
}

process.on('SIGUSR2', () => {
  shiftMs = Number(readFileSync(process.env['CLOCK_SHIFT_FILE'] ?? '', 'utf8'));
});

globalThis.Date = ShiftedDate as DateConstructor;
