/** Holds up who passes it until it is opened, so that a test decides what happens meanwhile. */
export class Gate {
  /** Resolves when somebody stands before it. */
  readonly reached: Promise<void>;
  private readonly opened: Promise<void>;
  private arrive: () => void;
  private letGo: () => void;

  constructor() {
    this.reached = new Promise((resolve) => {
      this.arrive = resolve;
    });
    this.opened = new Promise((resolve) => {
      this.letGo = resolve;
    });
  }

  pass(): Promise<void> {
    this.arrive();
    return this.opened;
  }

  open(): void {
    this.letGo();
  }
}
