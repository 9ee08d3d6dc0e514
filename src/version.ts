/** Of Karere and of its contract, as the documents that describe it say it. */
export const VERSION = '0.1.0';
