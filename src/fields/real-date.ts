const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether text that begins with `yyyy-mm-dd` (checked before) names a day that exists: not 30 February. */
export function beginsWithRealDate(text: string): boolean {
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  if (day <= (DAYS[month - 1] ?? 0)) return day > 0;
  return month === 2 && day === 29 && isLeapYear(Number(text.slice(0, 4)));
}

function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
