import { OnEvent } from '@nestjs/event-emitter';
import type { DomainEvent, EventType } from './domain-event';

type Listener<T extends EventType> = (event: DomainEvent<T>) => void | Promise<void>;

/**
 * Makes a method listen to domain events of one type on the bus. It is `@OnEvent` that the compiler checks:
 * the type must exist and the method must take its event. What the method throws is not swallowed: the event
 * comes again and is parked in the end. A listener is called at least once, so its effect has to be
 * idempotent, by a unique constraint on the event's id or subject.
 */
export function On<T extends EventType>(type: T) {
  return <M extends Listener<T>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<M>,
  ): void => {
    OnEvent(type, { suppressErrors: false })(target, key, descriptor);
  };
}
