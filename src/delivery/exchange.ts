import type { Agent, Dispatcher } from 'undici';
import { AnswerText } from './answer-text';
import type { Placed } from './in-flight';
import { GivenUp, sendErrorOf, TooMuchHead, TotalTimeout } from './send-error';
import type { WebhookOutcome } from './send-outcome';
import { endedStale } from './stale-connection';

/** Bytes of an answer's body that are read; after that the connection is closed. */
const MAX_ANSWER_BYTES = 16 * 1024;

/** Interim answers (status 1xx) that are put up with. */
const MAX_INTERIM = 16;

/**
 * One request and its answer, as undici's low-level handler: no streams, no promises, no abort controllers
 * between the socket and the outcome, which is what makes it fast. It has exactly one outcome, given once.
 *
 * The total time begins with `start`, so it also covers the wait for a connection. Until undici hands over
 * its controller there is nothing to abort: a late start is refused instead.
 */
export class Exchange implements Dispatcher.DispatchHandler, Placed {
  place = 0;
  private readonly startedAt = performance.now();
  private readonly timer: NodeJS.Timeout;
  private readonly text = new AnswerText();
  private controller: Dispatcher.DispatchController | undefined;
  private status: number | undefined;
  private retryAfter: string | undefined;
  private interim = 0;
  private startedAgain = false;
  private done = false;

  constructor(
    private readonly agent: Agent,
    private readonly request: Dispatcher.DispatchOptions,
    timeoutMs: number,
    private readonly settle: (outcome: WebhookOutcome) => void,
  ) {
    this.timer = setTimeout(timeOut, timeoutMs, this);
  }

  start(): void {
    this.agent.dispatch(this.request, this);
  }

  /** Ends it now, wherever it is; without effect once it has an outcome. */
  abort(error: Error): void {
    this.fail(error);
    this.controller?.abort(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown and not aborted: the request is dropped, the connection stays for others.
    if (this.done) throw new GivenUp();
    this.controller = controller;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) {
      this.interim += 1;
      if (this.interim > MAX_INTERIM) controller.abort(new TooMuchHead());
      return;
    }
    this.status = status;
    const retryAfter = headers['retry-after'];
    this.retryAfter = typeof retryAfter === 'string' ? retryAfter : retryAfter?.[0];
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.done) return;
    this.text.add(chunk);
    if (this.text.bytes <= MAX_ANSWER_BYTES) return;
    // The status says it all; the rest of the body is nobody's wish.
    this.answer();
    controller.abort(new GivenUp());
  }

  onResponseEnd(): void {
    this.answer();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.done) return;
    if (!this.startedAgain && this.status === undefined && this.interim === 0 && endedStale(error)) {
      this.startedAgain = true;
      this.controller = undefined;
      this.start();
      return;
    }
    this.fail(error);
  }

  private answer(): void {
    const { status, retryAfter } = this;
    if (this.done || status === undefined) return;
    this.finish({
      kind: 'answered',
      status,
      ...(retryAfter !== undefined && { retryAfter }),
      answer: this.text.toString(),
      durationMs: this.elapsedMs(),
    });
  }

  private fail(error: Error): void {
    if (this.done) return;
    const { status } = this;
    this.finish({
      kind: 'failed',
      error: sendErrorOf(error),
      ...(status !== undefined && { status }),
      durationMs: this.elapsedMs(),
    });
  }

  private finish(outcome: WebhookOutcome): void {
    this.done = true;
    clearTimeout(this.timer);
    this.settle(outcome);
  }

  private elapsedMs(): number {
    return Math.round(performance.now() - this.startedAt);
  }
}

function timeOut(exchange: Exchange): void {
  exchange.abort(new TotalTimeout());
}
