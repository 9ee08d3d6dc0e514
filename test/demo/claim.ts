/** A statement about the end of the demo, and whether it holds. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}
