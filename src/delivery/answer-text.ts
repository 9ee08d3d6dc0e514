import { storableText } from '../events/storable';

/** Bytes of an answer that are kept for the log. */
const KEPT_BYTES = 1024;

/** The beginning of an answer's body, as text. What is no UTF-8 becomes U+FFFD, as does NUL. */
export class AnswerText {
  private readonly kept: Buffer[] = [];
  private keptBytes = 0;
  /** Bytes of the body that have come, kept or not. */
  bytes = 0;

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.keptBytes >= KEPT_BYTES) return;
    const part = chunk.subarray(0, KEPT_BYTES - this.keptBytes);
    this.kept.push(part);
    this.keptBytes += part.length;
  }

  toString(): string {
    if (this.keptBytes === 0) return '';
    const text = storableText(Buffer.concat(this.kept).toString('utf8'));
    // A character that was cut in two.
    return this.bytes > this.keptBytes ? text.replace(/\uFFFD$/, '') : text;
  }
}
