/** How order numbers look: text around a number of so many digits at least. */
export interface OrderNumberFormat {
  readonly prefix: string;
  readonly digits: number;
  readonly suffix: string;
}

const FORMAT = /^([\w.-]{0,20})\{(0{1,12})\}([\w.-]{0,20})$/;

/** Reads `FU-{000000}`. @throws Error that says what is wrong */
export function parseOrderFormat(text: string): OrderNumberFormat {
  const [, prefix = '', zeros = '', suffix = ''] = FORMAT.exec(text.trim()) ?? [];
  if (zeros === '') {
    throw new Error(
      'must have zeros in braces for the number, such as FU-{000000}, and else letters, digits, . _ -',
    );
  }
  return { prefix, digits: zeros.length, suffix };
}
