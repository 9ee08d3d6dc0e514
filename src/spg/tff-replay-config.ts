/** Where to ask for a replay of what was lost, and the client credentials for it. */
export interface TffReplayConfig {
  readonly url: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}
