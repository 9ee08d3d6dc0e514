import type { SharedSecretsConfig } from './shared-secrets';

/** How bearer tokens are checked: by the issuer's published keys, or by a shared secret. */
export interface AuthConfig {
  readonly keys: { readonly jwksUrl: string } | { readonly secrets: SharedSecretsConfig };
  readonly issuer: string;
  readonly audience: string;
}
