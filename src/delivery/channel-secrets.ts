import { Injectable } from '@nestjs/common';
import type { Outgoing } from './outgoing';
import { SecretBox } from './secret-box';
import { placeOf } from './secret-place';

export interface OpenedSecrets {
  readonly password?: string;
  readonly apiKey?: string;
  /** All that are valid now, the newest first. */
  readonly signing: readonly string[];
}

const MAX_KEPT = 10_000;

/**
 * Opens the sealed secrets of channels. Keeps what it has opened, by the sealed text: to decrypt for each delivery
 * would cost more than the rest of it.
 */
@Injectable()
export class ChannelSecrets {
  private readonly opened = new Map<string, { readonly context: string; readonly text: string }>();

  constructor(private readonly box: SecretBox) {}

  of(outgoing: Outgoing): OpenedSecrets {
    const { channel_id: id, sealed_password: password, sealed_api_key: apiKey } = outgoing;
    const signing = [outgoing.sealed_secret, outgoing.sealed_previous_secret].filter(
      (sealed) => sealed !== null,
    );
    return {
      ...(password !== null && { password: this.open(password, placeOf(id, 'password')) }),
      ...(apiKey !== null && { apiKey: this.open(apiKey, placeOf(id, 'api-key')) }),
      signing: signing.map((sealed) => this.open(sealed, placeOf(id, 'secret'))),
    };
  }

  private open(sealed: string, context: string): string {
    const known = this.opened.get(sealed);
    // What was copied from another channel opens there only.
    if (known?.context === context) return known.text;
    if (this.opened.size >= MAX_KEPT) this.opened.clear();
    const text = this.box.open(sealed, context);
    this.opened.set(sealed, { context, text });
    return text;
  }
}
