/** Development defaults that work out of the box and that production refuses. */
export const DEVELOPMENT = {
  spgApiKey: 'dev-spg-key',
  jwtSecret: 'karere-development-secret-never-in-production',
  issuer: 'karere-development',
  /** 32 bytes in base64, of the text "karere development, not a secret". */
  encryptionKey: Buffer.from('karere development, not a secret').toString('base64'),
} as const;
