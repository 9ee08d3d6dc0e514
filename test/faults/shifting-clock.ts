import { readFileSync, writeFileSync } from 'node:fs';

/*
 * Loaded into a gateway before its own code. At SIGUSR2 the clock of its process is set to what the file says, in
 * milliseconds from the true time, as an operator or NTP sets a clock: what `Date` tells jumps, and timers and
 * `performance.now()`, which count from the start, go on. What `Date` tells then is written beside it, to
 * `….told`.
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
  const file = process.env['CLOCK_SHIFT_FILE'] ?? '';
  shiftMs = Number(readFileSync(file, 'utf8'));
  writeFileSync(`${file}.told`, String(new Date().getTime()));
});

globalThis.Date = ShiftedDate as DateConstructor;
