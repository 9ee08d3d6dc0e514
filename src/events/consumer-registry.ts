import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { DurableConsumer } from './durable-consumer';

/** All durable consumers of the application: every provider that extends `DurableConsumer`. */
@Injectable()
export class ConsumerRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  all(): DurableConsumer[] {
    return this.discovery
      .getProviders()
      .map(({ instance }): unknown => instance)
      .filter((instance) => instance instanceof DurableConsumer);
  }

  named(name: string): DurableConsumer | undefined {
    return this.all().find((consumer) => consumer.name === name);
  }
}
