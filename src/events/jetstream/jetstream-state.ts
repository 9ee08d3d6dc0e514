import { Injectable } from '@nestjs/common';

interface Trouble {
  readonly error: string;
  readonly since: Date;
}

/** What this process knows of its publishing, for health and metrics. */
@Injectable()
export class JetStreamState {
  /** Whether it has begun to connect: a process that only answers requests never does. */
  started = false;
  connected = false;
  /** What is different about the stream from what is configured, in words. */
  differences: readonly string[] = [];
  /** The last message that this process has published, or seen in the stream. */
  last: { readonly sequence: number; readonly position: number } | undefined;
  /** The last attempt to publish, when it has failed. */
  lastFailure: string | undefined;
  private current: Trouble | undefined;

  /** Why there is no connection, or the stream can not be used. */
  get trouble(): Trouble | undefined {
    return this.current;
  }

  /** @returns whether it is news */
  failed(error: string): boolean {
    const isNews = this.current?.error !== error;
    this.current = { error, since: this.current?.since ?? new Date() };
    return isNews;
  }

  mended(): void {
    this.current = undefined;
  }
}
